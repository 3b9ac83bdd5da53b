"""What tests share: real servers to test against, leak checks, and builders."""

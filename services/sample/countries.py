"""Names of countries as they stand in order files, against their codes (ISO 3166-1, two letters)."""

from __future__ import annotations

from typing import Final

_NAMES: Final = {
    "AE": "united arab emirates|uae",
    "AR": "argentina",
    "AT": "austria|osterreich|österreich",
    "AU": "australia",
    "BE": "belgium|belgie|belgique",
    "BG": "bulgaria",
    "BH": "bahrain",
    "BR": "brazil|brasil",
    "CA": "canada",
    "CH": "switzerland|schweiz|suisse",
    "CL": "chile",
    "CN": "china",
    "CY": "cyprus",
    "CZ": "czech republic|czechia",
    "DE": "germany|deutschland",
    "DK": "denmark|danmark",
    "EE": "estonia",
    "EG": "egypt",
    "ES": "spain|espana|españa",
    "FI": "finland|suomi",
    "FR": "france",
    "GB": "united kingdom|uk|u.k.|great britain|england|scotland|wales|northern ireland",
    "GG": "guernsey",
    "GR": "greece",
    "HK": "hong kong",
    "HR": "croatia",
    "HU": "hungary",
    "IE": "ireland|eire|republic of ireland",
    "IL": "israel",
    "IM": "isle of man",
    "IN": "india",
    "IS": "iceland",
    "IT": "italy|italia",
    "JE": "jersey|channel islands",
    "JP": "japan",
    "KR": "south korea|korea, republic of|republic of korea",
    "LB": "lebanon",
    "LT": "lithuania",
    "LU": "luxembourg",
    "LV": "latvia",
    "MT": "malta",
    "MX": "mexico",
    "MY": "malaysia",
    "NG": "nigeria",
    "NL": "netherlands|the netherlands|holland|nederland",
    "NO": "norway|norge",
    "NZ": "new zealand",
    "PL": "poland|polska",
    "PT": "portugal",
    "RO": "romania",
    "RS": "serbia",
    "SA": "saudi arabia",
    "SE": "sweden|sverige",
    "SG": "singapore",
    "SI": "slovenia",
    "SK": "slovakia",
    "TH": "thailand",
    "TR": "turkey|turkiye|türkiye",
    "TW": "taiwan",
    "UA": "ukraine",
    "US": "united states|united states of america|usa|u.s.a.|us",
    "ZA": "south africa|rsa",
}
_CODE_OF: Final = {name: code for code, names in _NAMES.items() for name in names.split("|")}


def country_code(name: str) -> str:
    """The two-letter code of a country by its name or code; '' for what is no country, such as 'Unspecified'."""
    wanted = " ".join(name.split())
    if len(wanted) == 2 and wanted.upper() in _NAMES:
        return wanted.upper()
    return _CODE_OF.get(wanted.casefold(), "")


def country_name(code: str) -> str:
    """A country's name in English by its two-letter code; '' for a code that is not known."""
    return _NAMES.get(code, "").partition("|")[0].title()

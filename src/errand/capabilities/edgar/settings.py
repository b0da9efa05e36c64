"""What fetching from EDGAR depends on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EdgarSettings:
    user_agent: str = ""
    """Who asks: a name and a mail address. EDGAR refuses requests that do not say it."""
    url: str = "https://www.sec.gov"
    """Where the list of companies and the archives are."""
    data_url: str = "https://data.sec.gov"
    """Where the JSON interfaces are."""
    requests_per_second: float = 8.0
    """EDGAR's fair access policy allows 10, counted over everything that asks from one address."""

    @property
    def says_who_asks(self) -> bool:
        return "@" in self.user_agent and self.user_agent.isascii() and self.user_agent.isprintable()

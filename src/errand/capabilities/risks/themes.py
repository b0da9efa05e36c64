"""What a risk is about: one of the stated themes, by a stated lexicon."""

import math
import re
from collections import Counter

OTHER = "other"

# Beginnings of words; a space stands for any white space or a hyphen. A star is not needed: `compet` meets
# `competitors`. A closing `$` wants the word to end there.
LEXICON: dict[str, str] = {
    "cyber security": (
        "attack on our|attacks on our|confidential data|computer systems|"
        "cyber|data breach|security breach|security incident|hack|malware|ransomware|phishing"
        "|unauthorized access|unauthorized persons|intrusion|denial of service|computer virus"
        "|information security|confidential information|breaches of security|attackers"
    ),
    "privacy": (
        "privacy|data protection|personal information|personal data|gdpr|ccpa|personally identifiable"
        "|data subjects"
    ),
    "competition": (
        "compet|market share|new entrant|pricing pressure|price pressure|rivals|substitute products"
    ),
    "macroeconomy": (
        "macroeconomic|economic condition|economic downturn|economic slowdown|recession|inflation"
        "|global econom|economic uncertain|consumer spending|consumer confidence|unemployment"
        "|business cycle|economic environment|regional economic"
    ),
    "supply chain": (
        "supplier|supply|component|outsourc|contract manufactur|raw material|logistic|sole source"
        "|single source|limited source|shortage|procure|vendor|inventor|manufacturing capacity|distributor"
        "|reseller|carriers"
    ),
    "customers and demand": (
        "number of customers|few customers|loss of one|customers accounted|dependence on customers|"
        "largest customer|key customer|major customer|customer concentration|retain customers"
        "|retain members|attract and retain members|attract and retain customers|subscriber|churn|cancel"
        "|demand for|fluctuating demand|customer demand|limited number of customers|significant customer"
        "|consumer preference|renewal|customer acceptance|seasonal|quarterly net sales|quarterly results"
        "|value to our members|loss of customers"
    ),
    "regulation": (
        "regulat|comply with|laws$|legislat|complian|governmental|antitrust|permit|licensure|rulemaking"
        "|anti corruption|anti bribery|sanctions|enforcement|government investigation|scrutiny"
        "|reimbursement"
    ),
    "litigation": (
        "claims about|sued|suits$|"
        "litigation|lawsuit|legal proceeding|class action|legal action|plaintiff|damages|settlement"
        "|claims against|subject to claims|claims and|product liability|jury|injunct|arbitration"
    ),
    "people": (
        "employee|personnel|talent|key executive|senior management|hire$|hiring|recruit|labor|labour"
        "|union|strike|work stoppage|workforce|team member|company culture|collective bargaining"
        "|succession"
    ),
    "debt and liquidity": (
        "debt|indebted|liquidity|borrow|credit facilit|credit agreement|covenant|refinanc"
        "|additional capital|additional financ|additional fund|raise capital|capital markets|credit rating"
        "|leverage|senior notes|going concern|access to capital|working capital|downgrade"
        "|cash flow to service|capital requirements"
    ),
    "credit and market risk": (
        "credit risk|credit loss|loan loss|interest rate|investment portfolio|counterpart|receivable"
        "|nonperforming|collateral|deposits|fair value|delinquen"
    ),
    "currency": ("foreign exchange|exchange rate|currenc|u.s. dollar|local currencies|hedg"),
    "international operations": (
        "international operation|foreign countr|international market|geopolit|tariff|trade dispute"
        "|trade war|trade polic|trade restriction|trade and other international|political|war$|war,"
        "|military|terroris|export control|outside the u.s|outside of the u.s|outside the united states"
        "|expropriat|international econom|international markets|foreign operations"
    ),
    "technology": (
        "technolog|information system|system failure|outage|software|network disruption|cloud|data center"
        "|artificial intelligence|machine learning|obsole|innovat|new products|web services|systems$"
        "|downtime|network operator|digital"
    ),
    "operations and facilities": (
        "foundry|factory|factories|manufacturing facilit|production facilit|facility$|plant$|plants$|mills$"
        "|deliveries|furnace|business interruption|interrupt our operations|disrupt our operations|accident"
        "|operational disruption|equipment failure|derailment|explosion"
    ),
    "environment": (
        "climate|environment|emission|greenhouse|sustainab|esg$|hazardous|carbon|pollut|contaminat"
        "|remediation"
    ),
    "reputation": ("reputation|brand|publicity|public perception|public opinion|negative media|image$"),
    "tax": ("tax$|taxes|taxation|tax rate|tax law|taxing|deferred tax|transfer pricing"),
    "intellectual property": (
        "intellectual property|patent|trademark|copyright|trade secret|infring|proprietary right"
        "|proprietary technolog|misappropriat"
    ),
    "health and catastrophe": (
        "pandemic|epidemic|covid|public health|health crisis|health crises|natural disaster|earthquake"
        "|hurricane|severe weather|weather|catastroph|flood|wildfire|tornado|natural event|disease"
        "|industrial accident"
    ),
    "insurance reserves": (
        "loss reserve|reserves for|reserve deficien|reinsur|underwrit|actuarial|policyholder"
        "|catastrophe loss|premium|insurance claims|unpaid losses|mortality|morbidity"
    ),
    "clinical trials": (
        "clinical|fda$|product candidate|drug candidate|preclinical|marketing approval"
        "|regulatory approval|trial|biosimilar|therap"
    ),
    "product quality": (
        "defect|recall|product quality|product safety|warrant|quality problem|quality control"
        "|contaminated|adulterat|product liability"
    ),
    "acquisitions and growth": (
        "acquisition|acquire businesses|acquire or invest|acquire compan|acquired business|merger|divest"
        "|integration|integrating"
        "|strategic investment|strategic transaction|joint venture|manage growth|manage our growth"
        "|change and growth|new business strateg|expansion|business strategy|restructuring"
    ),
    "accounting and controls": (
        "internal control|material weakness|estimates$|accounting|impairment|goodwill|restate|write down"
        "|financial reporting|financial statements"
    ),
    "shares and ownership": (
        "stock price|price of our|price of the company|market price|trading price|dilut|dividend"
        "|stockholder|shareholder|charter|takeover|controlling|anti takeover|voting power|our common stock"
        "|class a|share repurchase|listing|american depositary"
    ),
    "commodities and energy": (
        "fuel|oil$|crude|natural gas|commodity price|commodit|energy price|electricity|steel|diesel|mineral"
    ),
    "profitability": (
        "history of loss|net losses|profitab|incurred losses|operating losses|accumulated deficit"
        "|fluctuat|gross margin|achieve or sustain|pricing$|costs$"
    ),
    "partners and content": (
        "partners$|third party|content|licensor|franchis|licensed|developers|counterparties"
        "|service provider|payment process"
    ),
}
_BROAD = {
    "regulation": 0.65,
    "technology": 0.8,
    "operations and facilities": 0.85,
    "partners and content": 0.6,
    "profitability": 0.5,
    "supply chain": 0.9,
}
"""Themes whose words come up in risks about other things, and how much their words count for it."""
_HEADING, _CATEGORY = 3.0, 1.5
_LEAST = 2.0
"""Below it nothing that is known is spoken of."""


def _compiled(words: str) -> re.Pattern[str]:
    parts = []
    for word in words.split("|"):
        pattern = re.escape(word.removesuffix("$")).replace("\\ ", r"[\s-]+")
        parts.append(pattern + (r"\b" if word.endswith("$") else ""))
    return re.compile(rf"\b(?:{'|'.join(parts)})(?:(?<=\w)\w*)?", re.I)


_PATTERNS = {theme: _compiled(words) for theme, words in LEXICON.items()}


def theme_of(heading: str, category: str, text: str) -> tuple[str, tuple[str, ...]]:
    """The theme, and the words that say so, most telling first.

    A word in the heading counts two to four times, the earlier it stands the more; one in the name of its
    group one and a half times; the text counts by the logarithm of how often the theme's words occur in it.
    """
    thousands = max(len(text.split()) / 1000, 0.2)
    best, best_weight, best_words = OTHER, 0.0, ()
    for theme, pattern in _PATTERNS.items():
        in_heading = {
            found.group().lower(): found.start() for found in reversed(list(pattern.finditer(heading)))
        }
        in_text = Counter(found.lower() for found in pattern.findall(text))
        plain = (
            sum(_HEADING + 1 - 2 * start / len(heading) for start in in_heading.values())
            + _CATEGORY * bool(pattern.search(category))
            + math.log1p(in_text.total() / thousands / 2)
        )
        weight = plain * _BROAD.get(theme, 1.0)
        if plain > _LEAST and weight > best_weight:
            words = dict.fromkeys([*in_heading, *(word for word, _ in in_text.most_common())])
            best, best_weight, best_words = theme, weight, tuple(words)[:3]
    return best, best_words

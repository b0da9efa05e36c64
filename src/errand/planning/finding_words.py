"""Everyday words that look like a ticker or a name when they are written in capitals."""

_NO_TICKERS = """
A I AI API CEO CFO CIK COO CSV DIY EBIT EBITDA EDGAR EPS ESG ETF EU EUR FAQ FCF FY GAAP GBP HTML
IFRS IPO IRS JSON KPI LLC LTD MD OK PDF PE PLC PLEASE PS Q QA ROA ROE ROI ROIC SEC SMS TTM UK URL US
USA USD VS WACC XBRL XLSX XML YOY YTD DOCX PPT NYSE NASDAQ TODO ASAP FYI INC CORP CO TL DR
"""

_NO_NAMES = """
a about all also an analyse analyze analysis and annual any are as assess at attached balance be
best by can cash check chief company compare compute could current debt describe do does download
draw due evaluate examine explain exchange executive explore factors fetch file filing filings
financial financials find first fiscal for form from get give go has have health healthy hello help
here hey hi highlight how i identify if in income inline investigate is it its judge key latest let
list look main management may me most my need now of on or our outline past please prepare present
produce provide q1 q2 q3 q4 quarterly rate ratios read report research review risk risks run sec
securities see should show statement statements study summarise summarize summary take tell thanks
that the their them then these they this those to today top understand us use using want was we what
when where which who why will with would write year you your january february march april june july
august september october november december monday tuesday wednesday thursday friday saturday sunday
item part english german french spanish edgar gaap ifrs xbrl pdf html json markdown excel word 10-k
10k 10-q 10q 20-f 20f 40-f 40f firm business corporation issuer stock share shares were inc corp ltd
llc plc co
"""

NO_TICKERS = frozenset(_NO_TICKERS.split())
NO_NAMES = frozenset(_NO_NAMES.split())

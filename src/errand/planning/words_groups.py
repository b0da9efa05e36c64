"""General English for planning: verbs that ask, near synonyms, words that say nothing."""


def bag(text: str) -> frozenset[str]:
    """The words of a text between blanks."""
    return frozenset(text.split())


VERBS = """
accept access add adjust advise aggregate alert align allow analyse analyze annotate answer append
apply appraise approve archive arrange ask assemble assess assign attach attend audit author
automate back balance bill blend book boost borrow brighten bring broadcast browse build buy
calculate call cancel caption capture categorize change charge chart chat check choose classify
clean clear clone close cluster code collect colorize colourize combine comment compare compile
complete compose compress compute condense conduct configure confirm connect consult contact convert
cook copy correct count cover create crop cut decide decode decrease deduce define delete deliver
denoise deploy deposit derive describe design detail detect determine develop diagnose dial dictate
direct discover discuss dispatch display divide do document donate download draft draw drive dub
duplicate edit elaborate eliminate email embed emphasize encode encrypt enhance enlarge enrich
enroll ensure enter erase estimate evaluate examine execute expand explain explore export express
extend extract fetch fill filter find finish fit fix flag fly follow forecast format forward gather
generate get give go grab graph grade group guess handle hear help highlight hire identify
illustrate imagine implement import improve include incorporate increase index infer inform insert
inspect install interpret invest invite invoice isolate join judge keep label launch learn lend let
link list listen load locate log lower mail make manage manipulate map mark mask match measure merge
message mix modernize modify monitor move narrate negotiate normalize note notify obtain offer open
optimize order organize outline overlay paint paraphrase parse pay perform pick place plan play plot
polish post predict prepare present preserve preview price print prioritize process produce program
project pronounce proofread propose provide publish pull purchase push put query question rank rate
read rearrange rebuild receive recognize recommend record redact reduce refactor refine register
relate remind remove rename render rent reorder repair repeat rephrase replace reply report
represent request research reschedule reserve reshape resize resolve respond restate restore
restructure retell retrieve return reveal review revise reword rewrite ring rotate run save say
scale scan schedule score search secure see seek segment select sell send separate set share sharpen
shorten show sign simplify simulate sketch smooth solve sort speak speed spin splice split stabilize
start state stitch stop store stream study style stylize submit subscribe subtract suggest sum
summarise summarize supply support switch sync synchronize synthesize tabulate tag take talk tell
test text tidy title track trade train transcribe transfer transform translate transmit transpose
travel trim turn tweet type understand uninstall update upgrade upload use validate vary verify view
visit visualise visualize voice warn wash watch withdraw write
"""

HOLDING = bag(
    """
am are attached be been being belong belongs bought called contain containing contains describing
downloaded encountered entitled featuring found given got had has have having holding included is
lack lacks made made mentioned mentions named own possess received recorded saw says seen show
showing shows sold states taken titled was were which wrote written
"""
)
"""Verbs that say what there is, not what to do."""

_IRREGULAR = """
transcript: transcribe transcribes transcribed transcribing transcription transcriptions transcripts
transcript: transcriber
recogn: recognition recognize recognise
descript: describe describes described describing description descriptions descriptive descriptor
convert: conversion conversions converter convert
pay: payment payments paying paid payer
synchron: sync synced syncing synchrony
grammar: grammatical grammatically
financ: financials financial finances financially
color: colour colours coloured colourful colors colored coloring colorful colorize colorized colorizer
color: colourize
speech: speak spoken speaks speaking spoke
sell: sold
buy: bought
send: sent
make: made
find: found
write: wrote written
rewrit: rewritten rewrote
read: read
driv: driven drove
flight: flew fly flying flights flight
hear: heard
see: seen saw
tell: told
take: took taken
lend: lent
giv: given gave
draw: drawn drew
keep: kept
get: got gotten
spin: spun
do: done did does doing
analy: analysis analyses analyze analyse analyzed analyzing analytics analyzer analyst analytical
analy: analysed analysing
photo: photos
video: videos
audio: audios
memo: memos
logo: logos
reserv: reservation reserve reserved
consult: consultation
apply: application applications applied applies applying apply applicant
enroll: enrollment enrolment enrol enrolled
deliver: delivery deliveries delivered deliver
news: news
sms: sms
gas: gas
tax: taxes
business: business
is: is
similar: similarity similarities similarly
visual: visually
simpl: simpler simplest simple simplify simplified simplifier simplification simplifies simplifying
expand: expansion expanded expander
compar: comparison comparisons
remov: removal
nois: noisy
shak: shaky
arrang: arrangement
depth: depths deep
proof: proof
statement: statements statement
factor: factor factors
organiz: organization organize organise organized organizing
imag: images image
media: media
search: search
segment: segments segment segmented
document: documents document documentation
paper: paper papers
risk: risky
summar: summary summaries
music: music musical
sentenc: sentence
generic: generic
general: general generally
number: number numbers
respon: responses response respond responded
"""

IRREGULAR = {
    form: common
    for common, forms in (line.split(": ") for line in _IRREGULAR.strip().splitlines())
    for form in forms.split()
}
"""Words whose common stem no ending shows."""

_GROUPS = """
make create generate produce build compose craft design develop render synthesize construct form write
draw paint illustrate sketch depict
buy purchase acquire shop shopping order
sell resell auction vend listing
book reserve reservation schedule appointment arrange rent
order request book call
find search seek look discover locate browse google bing query lookup explore research hunt
get fetch retrieve download obtain grab access
save download store keep
watch view see
send dispatch transmit forward email mail message
deliver ship courier send transport
share post publish tweet upload broadcast
facebook twitter instagram linkedin wechat weibo tiktok social
tell inform notify notification remind alert announce
describe caption explain depict description narrate
check verify inspect validate review examine proofread
correct fix repair mend grammar error mistake typo spelling
change modify alter edit adjust tweak transform manipulate
improve enhance refine polish optimize upgrade better quality
enhance clean denoise noise clear
remove delete erase strip eliminate reduce suppress
reduce decrease lower lessen minimize cut
combine merge join splice mix concatenate unite blend append
stitch panorama collage join
split separate divide segment partition isolate separation
convert turn transform change transcode conversion
extract pull isolate grab capture retrieve take
summarize summary condense shorten abridge brief recap digest shorter concise gist overview synopsis
main key essential important major principal
simplify simple simpler plain easier easy understandable
expand elaborate extend lengthen detailed enrich longer detail
paraphrase reword rephrase restate rewrite rewritten
rewrite spin unique original synonym reword
translate translation translator language english french spanish german italian portuguese chinese
  japanese korean russian arabic hindi dutch swedish turkish polish
transcribe transcript transcription dictation stt asr
speech voice speak spoken narrate aloud utterance talk say narration
voiceover narration narrate dub commentary
hear listen audio sound
classify classification categorize category class sort label tag
identify recognize detect detection spot find locate recognition identification
compare comparison similar similarity match resemblance alike resemble difference closeness
analyze analysis assess evaluate examine study appraise analyse
estimate predict measure determine calculate compute forecast
answer reply respond question ask inquire query
chat converse conversation conversational dialogue dialog discuss chatbot response reply
call phone telephone dial ring voip facetime
email mail e-mail inbox gmail
sms text message texting
note memo jot notes write
alarm wake reminder alert
install uninstall update upgrade software app application program setup configure
record recording tape capture
print printer hardcopy printout
borrow lend loan library checkout
enroll enrollment register signup admission join subscribe
attend join participate
organize arrange host schedule plan hold conduct
play listen put
pay payment settle
consult consultation advice advise counsel see
apply application submit
manage management handle operate
operation trade transaction
rank prioritize order sort weigh
monitor watch track follow
visualize visual visualization represent representation display show plot
image picture photo photograph pic photography snapshot screenshot painting drawing illustration artwork
  portrait
audio sound recording voice speech song podcast mp3 wav
video clip footage movie film mp4
text article paragraph essay passage document writing content message script description prose
url link website webpage address web hyperlink
internet online web website
word sentence phrase term
keyword term phrase tag
topic subject theme idea
object item thing
sentiment emotion mood feeling positive negative opinion attitude tone
noise background unwanted hum hiss noisy
effect reverb echo chorus equalization equalizer distortion delay
pitch tone gender female male feminine masculine deeper voice
waveform spectrogram
slideshow slides presentation
speed faster slower slow fast accelerate pace slowdown rate playback
stabilize shaky shake steady smooth jitter stable
synchronize sync align timing synchronization
color colour hue colorize tint
style artistic aesthetic
depth distance far
entity name date person people individual place location organization noun verb
table tabular spreadsheet row column
ocr handwriting handwritten scan scanned
taxi cab uber lyft didi ride
car vehicle automobile auto
drive driving autonomous self-driving driverless autopilot
flight plane airline airplane airfare airport
hotel room accommodation lodging motel resort inn suite
restaurant table dinner dine dining bistro
food meal pizza burger sushi lunch dinner takeout takeaway hungry eat dish
doctor dr physician medical disease illness migraine symptom health pain clinic specialist dermatologist
lawyer attorney legal law solicitor
job position career employment work hiring vacancy role engineer developer
course class lesson training university college school
insurance insure coverage policy
bank banking transfer deposit withdraw account money fund savings
bill invoice electricity water gas internet utility electric
stock share equity nasdaq shares
tax irs
credit card visa mastercard
housework chore clean vacuum sweep mop laundry dish tidy floor wash household cleaning
robot robotic
package parcel box shipment
meeting conference webinar seminar workshop zoom
news headline latest update
weather forecast temperature rain sunny climate
movie film cinema
music song track album tune melody playlist
book novel ebook
product item goods merchandise laptop headphones
document file pdf paper
report writeup dossier
finance financial earnings accounting fiscal money
risk danger threat hazard warning concern
chart graph plot diagram histogram
statement account balance income
code codebase source repository program
filing 10-k 10-q annual
fact figure number data
"""

GROUPS = tuple(_GROUPS.replace("\n  ", " ").strip().splitlines())
"""Near synonyms and what goes together; matched more weakly than the word itself."""

STOPWORDS = bag(
    """
a about after again all already also am an and another any anyone anything are as at be because been
before being but by can cannot could couldn did do does doing done down due during each either else
etc ever every everything few finally first firstly following followed for from further given had
has have having he hello hence her here hers hey hi him his how however i if in including instead
into is it its itself just kindly last lastly later least less let lets like ll m many may me
meanwhile might mine more moreover most much must my myself need needed needs next no nor not now of
off ok okay on once one ones only onto or other others our ours out over own perhaps please re
really s same she should shouldn since so some someone something soon specific still such sure t
than thank thanks that the their theirs them then there therefore these they this those though three
through thus to too toward towards two under until up upon us use used uses using ve very via want
wanted wants was way we well were what whatever when where whether which while who whom whose why
will wish with within without won would wouldn yes yet you your yours yourself d afterwards
afterward additionally second secondly third thirdly subsequently help assist assistance available
based called named named provided various certain particular corresponding relevant along
simultaneously able currently both new given task tasks model models receive process example eg eg.
e.g such several people
"""
)

"""The words by which persons, their roles and their speaking are told in running text.

Plain lists, lower case; the rules that use them are in `names`, `turns` and `speakers`.
"""

_REGULAR = (
    "acknowledge add address advise advocate affirm agree analyse analyze announce answer appeal "
    "argue ask assert assess assure caution champion claim clarify comment compare conclude "
    "confirm contend counter criticise criticize defend define deliver demonstrate describe "
    "detail discuss elaborate emphasise emphasize encourage estimate evaluate examine exemplify "
    "explain explore express greet highlight illustrate indicate inform inquire insist introduce "
    "invite lament list maintain mention moderate note object observe offer open opine outline "
    "paint pick plead point pose praise predict present proclaim promise propose question raise "
    "recall recap reason recommend refer reflect reiterate reject remark remind reply report "
    "request respond reveal review share showcase sketch state stress suggest summarise summarize "
    "support survey talk thank touch trace underline underscore update urge voice warn welcome "
    "wonder contrast reassure advertise close chair ascribe attribute disagree deplore commend "
    "congratulate credit dispute doubt echo endorse envisage expect hope imagine joke justify "
    "oppose recount relate repeat signal specify testify envision demand dismiss speculate "
    "appreciate apologise apologize concede confess declare deny cite quote characterise "
    "characterize contribute debate differentiate distinguish identify interpret call continue "
    "lecture pitch rate plan admit regret"
).split()
_IRREGULAR = {
    "speak": "spoke",
    "say": "said",
    "tell": "told",
    "show": "showed",
    "give": "gave",
    "lead": "led",
    "run": "ran",
    "hold": "held",
    "draw": "drew",
    "take": "took",
    "bring": "brought",
    "begin": "began",
    "set": "set",
    "go": "went",
    "put": "put",
    "think": "thought",
    "believe": "believed",
    "feel": "felt",
    "provide": "provided",
    "start": "started",
    "make": "made",
    "write": "wrote",
    "read": "read",
    "teach": "taught",
    "foresee": "foresaw",
}


def _third(verb: str) -> str:
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")


def _past(verb: str) -> str:
    if verb in ("recap", "refer", "plan", "admit", "regret"):
        return verb + verb[-1] + "ed"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ied"
    return verb + ("d" if verb.endswith("e") else "ed")


SPEECH = frozenset(
    [
        *map(_third, [*_REGULAR, *_IRREGULAR]),
        *map(_past, _REGULAR),
        *_IRREGULAR.values(),
        *("shown", "spoken", "given", "co-chaired", "co-moderated"),
    ]
)
"""Finite forms of verbs of speaking and presenting, past and third person."""

PLURAL = frozenset([*_REGULAR, *_IRREGULAR])
"""The same verbs as they stand after two persons."""

SAID = frozenset(
    "said says explained explains noted notes added adds argued argues concluded concludes asked "
    "asks stressed stresses wrote writes replied replies told tells recalled warned warns".split()
)
"""Verbs that may stand before their subject: “…”, said Ms. Berg."""

GIVEN_BY = SPEECH | frozenset("given delivered made held chaired led moderated opened".split())
"""What a talk is when somebody speaks: "was given by"."""

SPEECHES = frozenset("talk presentation speech keynote remarks lecture address".split())
"""What is held where it is reported, and not cited like a paper."""

TALKS = SPEECHES | frozenset(
    "talk talks presentation presentations speech keynote remarks remark lecture address "
    "intervention statement paper report opening contribution message question answer".split()
)
"""What belongs to somebody who speaks: "Mr. Aoki's talk described"."""

MALE = frozenset("he his mr sir lord mister herr monsieur".split())
FEMALE = frozenset("she her ms mrs miss dame lady madam madame mme frau".split())
COURTESY = (MALE | FEMALE) - {"he", "his", "she", "her"} | frozenset(
    "mx dr prof professor hon honourable honorable rev".split()
)
"""Titles in front of a name that belong to it."""

RANKS = frozenset(
    "ambassador minister governor mayor president senator commissioner chancellor judge justice "
    "chairman chairwoman chairperson congressman congresswoman captain colonel councillor "
    "secretary premier".split()
)
"""Offices that may stand in front of a name in the manner of a title."""

ROLES = RANKS | frozenset(
    "academic accountant adviser advisor administrator analyst anthropologist architect artist "
    "assistant associate attorney author biologist ceo cfo cio chair chancellor chemist chief "
    "clerk cmo co-author co-chair co-director co-founder co-host cofounder consul consultant coo "
    "coordinator co-ordinator correspondent counsel counsellor cto curator dean delegate deputy "
    "designer developer diplomat director director-general doctor economist editor engineer "
    "entrepreneur envoy evp executive expert farmer fellow founder geologist head historian host "
    "inspector inventor investor journalist lawyer lead leader lecturer librarian maintainer "
    "manager member mep minister moderator mp negotiator nurse officer official organiser "
    "organizer owner partner physician physicist planner practitioner president principal "
    "producer professor programmer provost psychologist rapporteur rector registrar reporter "
    "representative researcher scholar scientist secretary-general sociologist specialist "
    "spokesman spokesperson spokeswoman statistician strategist student superintendent supervisor "
    "svp teacher technician technologist treasurer trustee undersecretary vice-president "
    "vice-chair volunteer vp writer".split()
)
"""Nouns of what somebody is by office or trade."""

FIELDS = frozenset(
    "accounting affairs agriculture architecture biology business chemistry commerce "
    "communication communications computer computing compliance culture data defence defense "
    "delivery design development digital economics economy education energy engineering "
    "environment europe finance foreign growth health history human industry information "
    "infrastructure innovation international justice labor labour law logistics marketing "
    "mathematics medicine operations people philosophy physics planning policy product production "
    "programme programmes programs psychology public quality regional research sales science "
    "sciences security services sociology software staff standards state statistics strategy "
    "sustainability technology tourism trade training transport".split()
)
"""What one may be head, director or professor of, and it is no organisation."""

QUALIFIERS = frozenset(
    "former acting deputy vice senior junior interim honorary managing general executive chief "
    "founding incoming outgoing current ex assistant associate adjunct emeritus emerita visiting "
    "independent permanent regional local head lead".split()
)
"""Lower-case words that may stand in front of a role."""

ORGANISATIONS = frozenset(
    "academy act administration affairs agency agreement airlines alliance api app assembly "
    "association authority authorities automotive award bank board branch browser bureau business "
    "cabinet capital cell center central centre chamber charter church city clinic cloud club "
    "coalition code college commerce commission committee committees community company conference "
    "congress consortium cooperation corporation council country county court data day delegation "
    "delegates department design desk development digital directorate discussion district "
    "division economic economy education electric embassy energy engine enterprise european "
    "executive facility faculty federal federation finance financial forum foundation fund game "
    "games general global government group groups headquarters health holdings hospital house "
    "industries industry initiative innovation institute institution insurance international "
    "investment japan journal judiciary kingdom lab laboratory labs land law league library "
    "limited management market media meeting memorandum ministry model monday motor motors "
    "municipality museum nation national nations native network new news north northern object "
    "office open organisation organization panel parliament participants partners partnership "
    "party platform police policy port power prefecture press programme program project protocol "
    "province public railway region regional report republic research reserve school science "
    "sciences secretariat section sector senate seminar services session society software south "
    "southern speakers staff standard standards state states station storage studies studio "
    "studios study summit sunday support system systems task team tech technical technologies "
    "technology thursday tool tools tourism town trade transport treaty tribunal trust tuesday "
    "union unit united universities university video web wednesday west western east eastern "
    "friday saturday working workshop world agenda minutes january february march april may june "
    "july august september october november december african american asian british canadian "
    "chinese french german indian italian japanese korean russian spanish dutch swiss swedish "
    "next key main special".split()
)
"""Words that names of organisations, places and things have and names of persons have not."""

STARTERS = frozenset(
    "a about according after again all also although among an and another any are as asked at "
    "because been before being besides both but by can concerning consequently could dear despite "
    "did do does due during each earlier either even every finally first firstly following for "
    "from further furthermore given had has have he hello hence her here hi his how however i if "
    "in indeed instead is it its keynote last later like many may maybe meanwhile more moreover "
    "most much my nevertheless next no nor not now of ok okay on once one only or other others "
    "our out over overall presenter regarding right second secondly see several she should "
    "similarly since so some soon speaker still subsequently such sure thank thanks that the "
    "their them then there therefore these they third this those though through thus to today "
    "together two under unfortunately until up upon was we well were what when where whereas "
    "whether which while who why will with within without would yes yesterday yet you your".split()
)
"""Words that begin a sentence and not a name."""

PARTICLES = frozenset(
    "de du des da do dos das di del della van von der den ten ter zu zum zur la le les el al bin "
    "ibn af av y e ben st".split()
)
"""Lower-case words inside of family names."""

GROUPS = frozenset(
    "participants participant audience attendees attendee panellists panelists speakers "
    "representatives delegates members others organisers organizers somebody someone everybody "
    "everyone nobody".split()
)
"""Whom a sentence may report speaking who is no single person known."""

GIVEN_NAMES = frozenset(
    "aaron abdul abdullah abigail adam adrian ahmed aiko aisha akira alan albert alberto "
    "alejandro alessandro alex alexander alexandra alexey ali alice alicia alison amanda amelia "
    "amina amir amit amy ana anastasia anders andre andrea andreas andrei andres andrew andrzej "
    "andy angela angelica anil anita anja ann anna anne annika anthony antoine anton antonio anya "
    "ariana arjun arnaud arne arthur asha ashley astrid atsushi audrey axel ayumi barbara "
    "beatrice beatriz ben benedikt benjamin bernard bernd bernhard beth bianca bill birgit bjorn "
    "bob boris brandon brenda brian bridget bruce bruno camila camille carl carla carlo carlos "
    "carmen carol carolina caroline catherine cecilia celine cesar chantal charles charlotte chen "
    "cheryl chloe chris christian christina christine christoph christophe christopher cindy "
    "clara claire clarissa claude claudia claudio colin connor craig cristina cynthia daisuke "
    "damien dan daniel daniela danielle daniele dave david deborah deepa denis dennis diana diane "
    "diego dieter dimitri dirk dmitri dmitry dominic dominik dominique donald donna dorothy "
    "douglas duncan eduardo edward eiji elena elina elisa elisabeth elizabeth ella ellen emi emil "
    "emilia emilie emily emma eric erica erik erika ernst esther eszter eugene eva evelyn fabio "
    "fatima felipe felix fernando fiona florence florian francesca francesco francis francisco "
    "franck francois frank franz fred frederic frederik fredrik friedrich fumiko gabriel gabriela "
    "gabriele gareth gary gavin geoff geoffrey georg george georges gerald gerard gerhard giacomo "
    "gianni gilles giovanni giorgio giulia giuseppe gloria gonzalo grace graham greg gregory "
    "greta guido guillaume gustavo guy hana hanna hannah hans harald haruka haruki harry hassan "
    "heather heidi heike heinz helen helena helene helmut henri henrik henry herbert hideki hideo "
    "hiro hiroko hiroshi holger hugo ian ibrahim ichiro igor ines ingo ingrid irena irene irina "
    "isaac isabel isabella isabelle ivan jack jacob jacqueline jacques jake jakob james jan jane "
    "janet janine jason javier jean jeff jeffrey jennifer jens jeremy jerome jerry jessica jesus "
    "jill jim joan joanna joao joel johan johann johanna johannes john jon jonas jonathan jorge "
    "jose josef joseph josh joshua juan judith judy jules julia julian julie juliette jun jurgen "
    "justin kaori karen karin karl karolina kate katarina kathleen kathryn kathy katja kazuhiro "
    "kazuko kazuo keiko keith kelly kelvin ken kenichi kenji kenneth kenta kevin khaled kim "
    "kimberly kirsten klaus koichi kristian kristina kumiko kurt kyle lars laura lauren laurence "
    "laurent lea leah lee lena leo leon leonardo leslie lewis liam lidia lily linda lisa li "
    "lorenzo louis louise luc luca lucas lucia luis luisa lukas luke lydia madeleine magdalena "
    "maki makoto malik manuel marc marcel marco marcos marcus margaret maria mariam marie marina "
    "mario marion mark markus marta martha martin martina mary masahiro masako masato mateo "
    "mathias mathieu matteo matthew matthias matthieu maurice max maxime maya megan mehdi mei "
    "melanie melissa mia michael michal michel michele michelle midori miguel mika mike mikael "
    "mikhail milan mina ming mohamed mohammad mohammed monica monika morgan mustafa nadia nancy "
    "naoki naoko naomi natalia natalie natasha nathan navid neil nell nicholas nick nicola "
    "nicolas nicole niels nikita niklas nikolai nils nina nobuo noah noriko olaf oleg olga oliver "
    "olivia olivier omar oscar otto pablo pamela paolo pascal patricia patrick paul paula paulo "
    "pavel pedro penelope per peter petra phil philip philipp philippe phillip pierre pietro "
    "priya rachel rafael rahul raj ralf ralph ramon raphael raul raymond rebecca reiko renata "
    "rene ricardo richard rita rob robert roberta roberto robin rodrigo roger roland rolf roman "
    "ronald rosa rose ruth ryan ryo sabine sachiko said salma sam samantha samir samuel sandra "
    "sanjay sara sarah satoshi scott sean sebastian sergei sergey sergio shane sharon shinichi "
    "shinji shirley sigrid silvia simon simone sofia sonia sophia sophie stefan stefania stefano "
    "stephan stephanie stephen steve steven stuart sunil susan susanne suzanne sven svetlana "
    "sylvia sylvie takashi takeshi takuya tamara tanya taro tatiana tatsuya ted teresa tetsuya "
    "thierry thomas tim timothy tobias tom tomas tomoko tony toshio tracy ulrich ulrike urs "
    "ursula valentina valeria vanessa vera veronica victor victoria viktor vincent virginia "
    "virginie vladimir walter wang wei wendy werner wilhelm will william wolfgang xavier xiao yan "
    "yang yann yannick yasmin yoko yoshiko yuki yuko yuri yusuke yves yvonne zhang zoe kasper "
    "kristoffer jasper bart wim joost sander jeroen pieter hendrik marek piotr tomasz krzysztof "
    "jakub pawel zofia agnieszka katarzyna malgorzata ivana milos zoltan laszlo istvan gabor "
    "balazs ferenc attila judit ildiko mihai andreea ioana cristian bogdan georgi ivaylo nikolay "
    "oleksandr volodymyr olena iryna vitaly konstantin nikos giorgos yannis kostas dimitris eleni "
    "katerina mehmet ahmet emre ayse fatma elif hasan huseyin reza leila maryam farid karim "
    "youssef tariq yusuf nour rania samira salim rashid ravi suresh ramesh vijay sanjeev anjali "
    "neha pooja kavita sunita lakshmi deepak manoj rajesh kiran arun ashok vikram rohit minh linh "
    "siti budi agus dewi kwame kofi chidi ngozi amara tunde fatou mamadou ousmane aminata abebe "
    "tesfaye thabo nomsa bjarne leif knut ole solveig sigurd gunnar kjell torbjorn jukka pekka "
    "mikko matti timo eeva pirjo eemeli antti juha heikki kaisa risto sylvain mathilde thibault "
    "benoit gaelle aurelie elodie lucie manon cedric didier fabrice ludovic stephane maarten "
    "saskia femke annelies lieve koen geert luuk ruben tiago goncalo rui nuno mariana fernanda "
    "leticia thiago vinicius rosario consuelo pilar javiera ignacio hernan alvaro enrique jaime "
    "merve".split()
)
"""Given names that are common somewhere: evidence that two capitalised words are a person."""

### The words of the interface in English. `ja.ftl` has the same messages in Japanese.

## every page
description = Ask a collection of reports and get quotations that you can check.
skip = Skip to the content
for-the-organiser = For the organiser
ask-a-question = Ask a question
# end of: every page

## chat: the conversation, the answer card, getting started
ask-the-reports = Ask the reports
promise = Every answer is a quotation that you can check at its place in the report. When the reports do not say, you are told so.
for-example = For example
the-reports = Reports
reports = { $count ->
    [one] 1 report
   *[other] { $count } reports
  }
files-not-read = { $count ->
    [one] 1 file could not be read
   *[other] { $count } files could not be read
  }
files-stale = { $count ->
    [one] 1 file answers in an earlier version
   *[other] { $count } files answer in an earlier version
  }
pages-not-read = { $count ->
    [one] 1 page not read
   *[other] { $count } pages not read
  }
and-more = and { $count } more
no-reports = There are no reports yet. Put files into the folder documents/ and run: seminar-qa index
conversation = Conversation
pages = Pages
new-conversation = New conversation
search = Search
your-question = Your question
ask = Ask
ask-first = What do you want to know?
ask-another = Ask another question
source = Source
page = page { $page }
recognised = read by character recognition: compare with the page
found-by = { $side ->
    [words] found by its words
    [meaning] found by its meaning
   *[other] found by words and meaning
  }
understood-as = Understood as:
ask-this-instead = Ask this instead
sure-very = Very likely the answer
sure-likely = Likely the answer
sure-perhaps = Perhaps the answer: check the quotation
chance = { $percent } %: the estimated chance that this answers the question
differ = The reports give different figures; compare what each is about.
further = { $count ->
    [one] 1 further quotation
   *[other] { $count } further quotations
  }
take-away = Copy with citation
style-plain = Plain
style-markdown = Markdown
style-footnote = Footnote
style-bibtex = BibTeX
style-ris = RIS
permalink = Permalink
export-docx = Word
no-answer = The reports do not say.
lacking-unknown = No report mentions { $names }.
lacking-missing = { $count ->
    [one] The reports mention { $names }, but nothing near says { $words }.
   *[other] The reports mention, together, { $names }, but nothing near says { $words }.
  }
quoted = “{ $words }”
comma = {", "}
or = {" or "}
and = {" and "}
looked-at = { $count ->
    [one] Looked at: 1 report with { $passages } passages.
   *[other] Looked at: { $count } reports with { $passages } passages.
  }
not-read = Not read: { $files ->
    [0] {""}
    [one] 1 file{" "}
   *[other] { $files } files{" "}
  }{ $pages ->
    [0] {""}
    [one] 1 page of the others
   *[other] { $pages } pages of the others
  }
close-but-no-answer = Close, but not an answer
all-passages = All passages about this
small-print = { $milliseconds } ms · index { $generation }
full = A conversation has at most { $most } questions; begin a new one.
filters = Only some reports, speakers or years
report = Report
all-reports = All ({ $count })
speaker = Speaker
anyone = anyone ({ $count } named)
after = From
before = To
restrict = Apply
year = { $year } ({ $count })
restricted-to = Restricted to
chip = { $kind ->
    [report] Report:
    [speaker] Speaker:
    [after] From
   *[before] To
  }
lift = No longer only { $value }
all-passages-about = All passages about …
about-what = About what?
passages-found = { $count ->
    [0] No passage was found.
    [one] 1 passage was found.
   *[other] { $count } passages in { $reports ->
        [one] 1 report
       *[other] { $reports } reports
      }, the oldest report first.
  }
best-only = These are the best; there may be more.
keys = Keys
keys-told = / goes to the question, ↓ and ↑ (or j and k) walk the quotations, Enter opens the report, Esc closes it.
open-page = Open on its own page
close-report = Close the report
server-gone = The server does not answer. Is it still running? Your question is kept below.
slow = Still looking; large collections take a while.
too-often = Too many questions at once. Ask again in { $seconds } seconds.
retry = Ask again
copied = Copied
not-copied = It could not be copied; the text was opened instead.
thanks-short = Thank you, that was noted.
answer-is = Answer: { $name }
# end of: chat

## source: a report, its pages, the panel
# end of: source

## takeaway: copying, exporting, printing
# end of: takeaway

## feedback: right, wrong, this is the passage; permalinks
# end of: feedback

## organiser: signing in, reports, index runs
# end of: organiser

## problems: errors and failure states
# end of: problems

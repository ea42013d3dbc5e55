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
reports-none = There are no reports yet. Put files into the folder documents/ and run: seminar-qa index
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
export-docx = Save as Word
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
keys-told = / goes to the question, ? shows these keys, ↓ and ↑ (or j and k) walk the quotations, Enter opens the report, Esc closes it.
open-page = Open on its own page
close-report = Close the report
server-gone = The server does not answer. Is it still running? Your question is kept below.
slow = Still looking; large collections take a while.
asked-too-often = Too many questions at once. Ask again in { $seconds } seconds.
retry = Ask again
copied = Copied
not-copied = It could not be copied; the text was opened instead.
thanks-short = Thank you, that was noted.
answer-is = Answer: { $name }
# end of: chat

## source: a report, its pages, the panel
speakers = { $count ->
    [one] 1 speaker
   *[other] { $count } speakers
  }
how-it-was-read = How it was read
hash-of-the-file = SHA-256 of the file
original-file = The original file
ask-this-report = Ask this report only
view-pages = Pages
view-text = Text
page-of = Page { $page } of { $pages }
page-of-told = Page { $page } of { $pages }: { $name }
page-before = Previous page
page-after = Next page
zoom = Zoom
the-page = The page as a picture; it can be scrolled
quote-of = Quotation { $at } of { $count }
quote-before = Previous quotation
quote-after = Next quotation
quoted-here = The quotation:
quote-on-page = The quotation is on page { $page }
quote-goes-on = The quotation goes on on page { $page }
page-by-ocr = This page was read by character recognition: compare the text with the picture.
pages-cannot-be-shown = The pages cannot be shown, so here is the text: { $why }
# end of: source

## takeaway: copying, exporting, printing
proof = characters { $start }–{ $end }, SHA-256 { $hash }
# end of: takeaway

## feedback: right, wrong, this is the passage; permalinks
feedback = What readers say
is-right = Right
is-wrong = Wrong
is-the-passage = This is the passage
tell-the-organiser = Tell the organiser that this is missing
note = A note, if you like
send = Send
thanks = Thank you
thanks-told = What you said was noted for the organiser of the reports.
back-to-the-answer = Back to the answer
an-answer = An answer
fate-unchanged = Unchanged.
fate-moved = Moved.
fate-gone = Gone.
unchanged-told = The report has these words at the very place that was cited.
moved-told = The report has these words at another place now: character { $now } instead of { $start }.
moved-to-another = These words stand in another report now, or in another version of the one that was cited.
gone-told = The report that was cited is not here any more, and no other has these words.
gone-from-the-report = The report is here, but these words are not in it, nor in another report.
ask-again = Ask this again
open-report = Open the report
answered-by = Answered by the index { $generation }
as-questions = Save what is known to be right as a file of questions (JSON Lines)
given-missing = Questions without an answer ({ $count })
given-wrong = Wrong answers ({ $count })
given-passage = Passages that readers point at ({ $count })
given-right = Right answers ({ $count })
none-given = None.
older = Older ones
# end of: feedback

## organiser: signing in, reports, index runs
live-updated = Show the updated reports
live-running = The index is being updated
live-failed = The index could not be updated
live-step = { $stage }, { $done } of { $total }
stage-comparing = comparing
stage-reading = reading
stage-cutting = cutting into passages
stage-embedding = embedding
stage-writing = writing
stage-exporting = preparing the models (once)
organiser-title = Reports and index
sign-in-title = For the organiser
sign-in-why = Here reports are added and removed, and the index is updated. Sign in with the organiser’s token.
sign-in-wrong = That is not the token. Check it and try again.
sign-in-unset = Nobody can sign in here yet, as the server has no token. Set one and start the server again:
organiser-token = Organiser’s token
sign-in = Sign in
sign-out = Sign out
organiser-feedback = Questions without an answer, and feedback
add-reports = Add reports
add-hint = PDF, Word, PowerPoint, OpenDocument, RTF, HTML, Markdown, plain text, RFC XML, and their side-cars (.yaml); at most { $largest } MiB at a time. New files answer after the index has been updated.
add-choose = Files
add-drop = or drop them here
add-replace = Replace files of the same name (the old ones are kept in removed/)
add-send = Upload
upload-sending = uploading, { $percent } %
upload-added = Added as { $name }.
upload-replaced = Replaced { $name }; the old file is kept in removed/.
upload-there = The same file is there already, as { $name }.
upload-too-large = It has more than { $total } MiB, which is the most.
upload-no-server = The server cannot be reached. Is it still running? Try again.
upload-signed-out = You are no longer signed in. Reload this page and sign in again.
upload-failed = The server did not take it ({ $name }).
upload-replace = Replace
upload-again = Try again
upload-all-done = { $done } of { $total } files are among the reports.
index-title = Index
index-generation = { $documents ->
    [one] Generation { $generation } of { $built } answers, with { $documents } report and { $passages } passages.
   *[other] Generation { $generation } of { $built } answers, with { $documents } reports and { $passages } passages.
  }
index-none = There is no index that answers yet.
run-working = A run is at work since { $time }.
run-progress = How far the run is
run-reload = Show how far it is
run-finished = The last run ended at { $time }: the index is up to date.
run-failed = The last run failed at { $time }.
run-busy = The last run did nothing, as another program was writing the index.
run-counts = { $added } added, { $changed } changed, { $renamed } renamed, { $deleted } taken out
run-begun = A run has begun.
run-start = Update the index
run-force = Make everything anew (takes longer)
waiting-title = Not in the index yet
waiting-none = The index knows every file.
waiting-unlisted = The folder of reports cannot be listed.
waiting-new = new
waiting-changed = changed
waiting-gone = no longer in the folder
waiting-count = { $count ->
    [one] { $count } file waits for the index to be updated.
   *[other] { $count } files wait for the index to be updated.
  }
unread-title = Not read
stale-title = Answered for by an earlier version
reports-title = Reports
reports-none-here = There are no reports yet. Add the first one above.
reports-filter = Name contains
reports-show = Show
reports-matching = { $count ->
    [one] { $count } report
   *[other] { $count } reports
  }
reports-next = Next { $count }
reports-before = Back
report-pages = { $count ->
    [one] { $count } page
   *[other] { $count } pages
  }
report-characters = { $count ->
    [one] { $count } character
   *[other] { $count } characters
  }
report-unread-pages = { $count ->
    [one] { $count } page not read: { $pages }
   *[other] { $count } pages not read: { $pages }
  }
report-how-read = How it was read
report-gone = no longer in the folder
file-size = { $size } KiB
report-remove = Remove
time = { $time } UTC
removed-title = Removed
removed-hint = What was removed or replaced lies in these folders of the home. To bring a file back, upload it again.
removed-at = { $path }, { $time }, now { $kept }
removal-title = Remove this file?
removal-hint = It is moved to the folder removed/ of the home, so nothing is lost. The index goes on answering from it until it is updated.
removal-sidecar = Its side-car goes with it:
removal-file = File
removal-size = Size
removal-bytes = { $size ->
    [one] { $size } byte
   *[other] { $size } bytes
  }
removal-hash = SHA-256
removal-cancel = Keep it
# end of: organiser

## problems: errors and failure states
problem-back = Back to the chat
problem-organiser = To the organiser’s page
problem-reload = Reload this page
problem-last-run = The last run of the index failed:
problem-seconds = { $seconds ->
    [one] Try again in { $seconds } second.
   *[other] Try again in { $seconds } seconds.
  }
no-reports = There are no reports yet
    .advice = Put the first reports (PDF, Word and others) into the folder documents/ of the home and build the index with this command, or add them on the organiser’s page. This page then opens by itself.
index-being-built = The index is being built
    .advice = The reports are being read. This page opens by itself as soon as they can be asked.
index-unusable = The index cannot be used
    .advice = No answer is given from an index that cannot be trusted. Ask the organiser to build it anew.
not-available = Not available now
    .advice = Something that is needed is not there now. Try again in a moment; if it stays so, tell the organiser.
sign-in-first = Sign in first
    .advice = This is for the organiser.
not-allowed = That is not allowed
    .advice = Open this server’s own page and try it from there.
not-found = That is not here
    .advice = The address may be mistyped, or the report may have been taken out since. Start again from the chat.
conflict = Something else is in the way
    .advice = Nothing was changed. Look at what is there now, then try again.
too-large = That is too large
    .advice = Nothing was taken. Send less at a time.
not-understood = That cannot be used
    .advice = Nothing was changed. Go back, correct it and try again.
too-often = Too many at once
    .advice = So that everyone gets an answer, only so many requests a minute are taken. Nothing is lost.
disk-refuses = The disk does not take it
    .advice = Nothing was changed. Tell whoever looks after the server.
went-wrong = Something went wrong here
    .advice = It is not your fault. Try again; if it stays so, tell the organiser.
# end of: problems

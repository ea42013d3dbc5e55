### The words of the interface in English. `ja.ftl` has the same messages in Japanese.

## every page
description = Ask a collection of reports and get quotations that you can check.
skip = Skip to the content
for-the-organiser = For the organiser
ask-a-question = Ask a question
# end of: every page

## chat: the conversation, the answer card, getting started
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

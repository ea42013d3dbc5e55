### 画面の文言（日本語）。`en.ftl` と同じメッセージを持つ。

## every page
description = 報告書の集まりに質問すると、出典を確かめられる引用で答えます。
skip = 本文へ進む
for-the-organiser = 主催者用
ask-a-question = 質問する
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

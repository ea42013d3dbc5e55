### 画面の文言（日本語）。`en.ftl` と同じメッセージを持つ。

## every page
description = 報告書の集まりに質問すると、出典を確かめられる引用で答えます。
skip = 本文へ進む
for-the-organiser = 主催者用
ask-a-question = 質問する
# end of: every page

## chat: the conversation, the answer card, getting started
ask-the-reports = 報告書に質問する
promise = 答えはすべて引用で、報告書の該当箇所で確かめられます。書かれていないときは、そうお伝えします。
for-example = たとえば
the-reports = 報告書
reports = 報告書{ $count }件
files-not-read = 読めなかったファイル{ $count }件
files-stale = 以前の版で答えるファイル{ $count }件
pages-not-read = 読めなかったページ{ $count }ページ
and-more = ほか{ $count }件
no-reports = まだ報告書がありません。documents/ フォルダーにファイルを入れて、seminar-qa index を実行してください。
conversation = 会話
pages = ページ
new-conversation = 新しい会話
search = 検索
your-question = 質問
ask = 質問
ask-first = 何を知りたいですか
ask-another = 続けて質問する
source = 出典
page = { $page }ページ
recognised = 文字認識による読み取り。ページと照らし合わせてください
found-by = { $side ->
    [words] 語で発見
    [meaning] 意味で発見
   *[other] 語と意味で発見
  }
understood-as = 質問の解釈：
ask-this-instead = こう質問する
sure-very = ほぼ確実な答え
sure-likely = おそらく答え
sure-perhaps = 答えかもしれません。引用を確かめてください
chance = { $percent } %：これが質問への答えである推定確率
differ = 報告書によって数字が異なります。それぞれが何についてかを比べてください。
further = ほかの引用{ $count }件
take-away = 出典付きでコピー
style-plain = テキスト
style-markdown = Markdown
style-footnote = 脚注
style-bibtex = BibTeX
style-ris = RIS
permalink = 固定リンク
export-docx = Word
no-answer = 報告書には書かれていません。
lacking-unknown = { $names }は、どの報告書にも出てきません。
lacking-missing = { $count ->
   *[other] 報告書に{ $names }は出てきますが、その近くに{ $words }はありません。
  }
quoted = 「{ $words }」
comma = 、
or = や
and = と
looked-at = 調べた範囲：報告書{ $count }件、{ $passages }か所。
not-read = 読めなかったもの：{ $files ->
    [0] {""}
   *[other] ファイル{ $files }件{" "}
  }{ $pages ->
    [0] {""}
   *[other] ほかのファイルの{ $pages }ページ
  }
close-but-no-answer = 近いが、答えではない箇所
all-passages = これに関するすべての箇所
small-print = { $milliseconds } ミリ秒 · 索引 { $generation }
full = 一つの会話の質問は{ $most }個までです。新しい会話を始めてください。
filters = 報告書・話者・年で絞り込む
report = 報告書
all-reports = すべて（{ $count }）
speaker = 話者
anyone = 全員（{ $count }名）
after = 開始日
before = 終了日
restrict = 適用
year = { $year }年（{ $count }）
restricted-to = 絞り込み
chip = { $kind ->
    [report] 報告書：
    [speaker] 話者：
    [after] 開始
   *[before] 終了
  }
lift = { $value }の絞り込みを解除
all-passages-about = ある事柄に関するすべての箇所
about-what = 何について
passages-found = { $count ->
    [0] 見つかりませんでした。
   *[other] 報告書{ $reports }件に{ $count }か所。古い報告書から順に示します。
  }
best-only = 上位のみです。ほかにもあるかもしれません。
keys = キー操作
keys-told = / で質問欄へ、↓ と ↑（または j と k）で引用を移動、Enter で報告書を開き、Esc で閉じます。
open-page = 別のページで開く
close-report = 報告書を閉じる
server-gone = サーバーが応答しません。起動していますか。質問は下に残してあります。
slow = まだ探しています。報告書が多いと時間がかかります。
too-often = 質問が続きすぎました。{ $seconds }秒後にもう一度お試しください。
retry = もう一度質問する
copied = コピーしました
not-copied = コピーできなかったため、テキストを開きました。
thanks-short = ありがとうございます。記録しました。
answer-is = 答え：{ $name }
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

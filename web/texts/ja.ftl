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
reports-none = まだ報告書がありません。documents/ フォルダーにファイルを入れて、seminar-qa index を実行してください。
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
export-docx = Wordで保存
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
keys-told = / で質問欄へ、? でこの一覧、↓ と ↑（または j と k）で引用を移動、Enter で報告書を開き、Esc で閉じます。
open-page = 別のページで開く
close-report = 報告書を閉じる
server-gone = サーバーが応答しません。起動していますか。質問は下に残してあります。
slow = まだ探しています。報告書が多いと時間がかかります。
asked-too-often = 質問が続きすぎました。{ $seconds }秒後にもう一度お試しください。
retry = もう一度質問する
copied = コピーしました
not-copied = コピーできなかったため、テキストを開きました。
thanks-short = ありがとうございます。記録しました。
answer-is = 答え：{ $name }
# end of: chat

## source: a report, its pages, the panel
speakers = 話者{ $count }名
how-it-was-read = 読み取りについて
hash-of-the-file = ファイルの SHA-256
original-file = 元のファイル
ask-this-report = この報告書だけに質問する
view-pages = ページ
view-text = テキスト
page-of = { $pages }ページ中{ $page }ページ
page-of-told = { $name }の{ $pages }ページ中{ $page }ページ
page-before = 前のページ
page-after = 次のページ
zoom = 拡大
the-page = ページの画像。スクロールできます
quote-of = { $count }件中{ $at }件目の引用
quote-before = 前の引用
quote-after = 次の引用
quoted-here = 引用：
quote-on-page = 引用箇所は{ $page }ページにあります
quote-goes-on = 引用は{ $page }ページに続きます
page-by-ocr = このページは文字認識で読み取りました。本文と画像を見比べてください。
pages-cannot-be-shown = ページを表示できないため、テキストを示します：{ $why }
# end of: source

## takeaway: copying, exporting, printing
proof = 文字位置 { $start }–{ $end }、SHA-256 { $hash }
# end of: takeaway

## feedback: right, wrong, this is the passage; permalinks
feedback = 読者の声
is-right = 正しい
is-wrong = 誤り
is-the-passage = この箇所が答え
tell-the-organiser = 書かれていないことを主催者に伝える
note = 備考（任意）
send = 送信
thanks = ありがとうございます
thanks-told = いただいた内容を報告書の主催者のために記録しました。
back-to-the-answer = 答えに戻る
an-answer = 答え
fate-unchanged = 変わっていません。
fate-moved = 移動しました。
fate-gone = なくなりました。
unchanged-told = 引用された位置に、この言葉がそのままあります。
moved-told = この言葉は報告書の別の位置に移りました。文字位置 { $start } から { $now } へ。
moved-to-another = この言葉は今、別の報告書、または引用された報告書の別の版にあります。
gone-told = 引用された報告書は今はなく、ほかの報告書にもこの言葉はありません。
gone-from-the-report = 報告書はありますが、この言葉はその中にも、ほかの報告書にもありません。
ask-again = もう一度質問する
open-report = 報告書を開く
answered-by = 答えた索引：{ $generation }
as-questions = 正しいとわかったものを質問ファイル（JSON Lines）として保存
given-missing = 答えのない質問（{ $count }）
given-wrong = 誤った答え（{ $count }）
given-passage = 読者が示した箇所（{ $count }）
given-right = 正しい答え（{ $count }）
none-given = ありません。
older = さらに古いもの
# end of: feedback

## organiser: signing in, reports, index runs
live-updated = 更新された報告書を表示
live-running = 索引を更新しています
live-failed = 索引を更新できませんでした
live-step = { $stage }（{ $done }／{ $total }）
stage-comparing = 照合
stage-reading = 読み取り
stage-cutting = 段落分け
stage-embedding = ベクトル化
stage-writing = 書き込み
stage-exporting = モデルの準備（初回のみ）
organiser-title = 報告書と索引
sign-in-title = 主催者用
sign-in-why = ここでは報告書の追加と削除、索引の更新ができます。主催者のトークンでサインインしてください。
sign-in-wrong = トークンが違います。確かめて、もう一度入力してください。
sign-in-unset = サーバーにトークンが設定されていないため、まだ誰もサインインできません。次のように設定し、サーバーを起動し直してください。
organiser-token = 主催者のトークン
sign-in = サインイン
sign-out = サインアウト
organiser-feedback = 答えのなかった質問と評価
add-reports = 報告書の追加
add-hint = PDF、Word、PowerPoint、OpenDocument、RTF、HTML、Markdown、テキスト、RFC XML と、その付属ファイル（.yaml）を追加できます。一度に { $largest } MiB までです。新しいファイルは、索引を更新した後に回答に使われます。
add-choose = ファイル
add-drop = またはここにドロップ
add-replace = 同じ名前のファイルを置き換える（元のファイルは removed/ に残ります）
add-send = アップロード
upload-sending = アップロード中 { $percent }％
upload-added = { $name } として追加しました。
upload-replaced = { $name } を置き換えました。元のファイルは removed/ に残っています。
upload-there = 同じファイルが { $name } としてすでにあります。
upload-too-large = 上限の { $total } MiB を超えています。
upload-no-server = サーバーに接続できません。起動しているか確かめて、もう一度お試しください。
upload-signed-out = サインインの期限が切れました。このページを再読み込みして、サインインし直してください。
upload-failed = サーバーが受け取れませんでした（{ $name }）。
upload-replace = 置き換える
upload-again = もう一度
upload-all-done = { $total } 件のうち { $done } 件が報告書に入っています。
index-title = 索引
index-generation = { $built } に作成した世代 { $generation } で回答しています（報告書 { $documents } 件、段落 { $passages } 件）。
index-none = 回答に使える索引がまだありません。
run-working = { $time } から更新しています。
run-progress = 更新の進み具合
run-reload = 進み具合を表示
run-finished = 前回の更新は { $time } に終わりました。索引は最新です。
run-failed = 前回の更新は { $time } に失敗しました。
run-busy = 別のプログラムが索引を書いていたため、前回の更新では何もしませんでした。
run-counts = 追加 { $added } 件、変更 { $changed } 件、名前の変更 { $renamed } 件、削除 { $deleted } 件
run-begun = 更新を始めました。
run-start = 索引を更新
run-force = すべて作り直す（時間がかかります）
waiting-title = 索引に入っていないファイル
waiting-none = すべてのファイルが索引に入っています。
waiting-unlisted = 報告書のフォルダーを読み取れません。
waiting-new = 新規
waiting-changed = 変更あり
waiting-gone = フォルダーにありません
waiting-count = { $count } 件のファイルが索引の更新を待っています。
unread-title = 読み取れなかったファイル
stale-title = 以前の版で回答しているファイル
reports-title = 報告書
reports-none-here = 報告書がまだありません。上の欄から最初の一件を追加してください。
reports-filter = 名前に含まれる文字
reports-show = 表示
reports-matching = { $count } 件
reports-next = 次の { $count } 件
reports-before = 前へ
report-pages = { $count } ページ
report-characters = { $count } 文字
report-unread-pages = 読み取れなかったページ { $count }：{ $pages }
report-how-read = 読み取りの詳細
report-gone = フォルダーにありません
file-size = { $size } KiB
report-remove = 削除
time = { $time } UTC
removed-title = 削除したファイル
removed-hint = 削除または置き換えたファイルは、ホームの次の場所に残っています。元に戻すには、もう一度アップロードしてください。
removed-at = { $path }、{ $time }、現在の場所は { $kept }
removal-title = このファイルを削除しますか
removal-hint = ホームのフォルダー removed/ に移すだけなので、内容は失われません。索引を更新するまでは、引き続き回答に使われます。
removal-sidecar = 付属ファイルも一緒に移します：
removal-file = ファイル
removal-size = 大きさ
removal-bytes = { $size } バイト
removal-hash = SHA-256
removal-cancel = 残す
# end of: organiser

## problems: errors and failure states
problem-back = チャットへ戻る
problem-organiser = 主催者のページへ
problem-reload = このページを再読み込み
problem-last-run = 前回の索引の更新は失敗しました：
problem-seconds = { $seconds } 秒後にもう一度お試しください。
no-reports = 報告書がまだありません
    .advice = 最初の報告書（PDF、Word など）をホームのフォルダー documents/ に入れ、次のコマンドで索引を作成してください。主催者のページから追加することもできます。その後、このページは自動的に開きます。
index-being-built = 索引を作成しています
    .advice = 報告書を読み取っています。質問できるようになると、このページは自動的に開きます。
index-unusable = 索引を使えません
    .advice = 信頼できない索引からは回答しません。索引を作り直すよう、主催者にお伝えください。
not-available = 今は利用できません
    .advice = 必要なものが今はありません。少し待ってもう一度お試しください。続くようでしたら、主催者にお伝えください。
sign-in-first = サインインが必要です
    .advice = これは主催者用です。
not-allowed = 許可されていません
    .advice = このサーバーのページを開き、そこからもう一度お試しください。
not-found = 見つかりません
    .advice = アドレスが間違っているか、報告書が削除された可能性があります。チャットからやり直してください。
conflict = 先に済ませることがあります
    .advice = 何も変更していません。現在の状態を確かめて、もう一度お試しください。
too-large = 大きすぎます
    .advice = 何も受け取っていません。一度に送る量を減らしてください。
not-understood = そのままでは使えません
    .advice = 何も変更していません。前のページに戻り、直してからもう一度お試しください。
too-often = 回数が多すぎます
    .advice = 皆さまにお答えできるよう、一分間に受け付ける回数を限っています。内容は失われません。
disk-refuses = ディスクに書き込めません
    .advice = 何も変更していません。サーバーの管理者にお伝えください。
went-wrong = 問題が発生しました
    .advice = お使いの方の操作が原因ではありません。もう一度お試しください。続くようでしたら、主催者にお伝えください。
# end of: problems

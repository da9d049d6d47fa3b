### What a person asks of apps, receipts of consent, and the trail as a file.

activity-item-all = كل شيء
activity-filter-item = ما قُرئ
activity-filter-channel = الطريق
activity-filter-outcome = النتيجة
activity-filter-from = من
activity-filter-to = إلى
activity-channel-all = كل الطرق
activity-outcome-all = الكل
activity-outcome-ok = مسموح
activity-outcome-refused = مرفوض
activity-download = تنزيل هذه السطور:
activity-grant-expired-html = انتهت المدة التي شاركت فيها مع <strong>{ $app }</strong>.
activity-grant-paused-html = أوقفت المشاركة مع <strong>{ $app }</strong> مؤقتًا.
activity-grant-resumed-html = سمحت لتطبيق <strong>{ $app }</strong> بالقراءة من جديد.
activity-erasure-requested-html = طلبت من <strong>{ $app }</strong> حذف بياناتك.
activity-erasure-answered-html = ردَّ <strong>{ $app }</strong> على طلبك حذف بياناتك.
activity-erasure-overdue-html = مرَّ شهر ولم ينفِّذ <strong>{ $app }</strong> طلبك حذف بياناتك.
activity-app-reported-html = أبلغت عن <strong>{ $app }</strong>.
activity-activity-downloaded-html = نزَّلت سجل نشاطك.

apps-reads-month =
    { $n ->
        [zero] لا قراءات في آخر 30 يومًا.
        [one] قراءة واحدة في آخر 30 يومًا.
        [two] قراءتان في آخر 30 يومًا.
        [few] { $n } قراءات في آخر 30 يومًا.
        [many] { $n } قراءة في آخر 30 يومًا.
       *[other] { $n } قراءة في آخر 30 يومًا.
    }
app-paused-chip = موقوف مؤقتًا
app-paused-since = موقوف مؤقتًا منذ { $date }: لا يستطيع التطبيق قراءة أي شيء حتى تسمح له.
app-pause-heading = إيقاف مؤقت
app-pause-lead = يبقى التطبيق متصلًا، ولا يستطيع قراءة أي شيء حتى تسمح له من جديد.
app-pause = إيقاف مؤقت
app-resume = السماح بالقراءة من جديد
app-paused = أُوقف التطبيق مؤقتًا. لا يستطيع قراءة أي شيء.
app-resumed = يستطيع التطبيق قراءة ما تشاركه من جديد.
stop-all = إيقاف المشاركة مع كل التطبيقات
stop-all-title = هل توقف المشاركة مع كل التطبيقات؟
stop-all-lead = لا تستطيع هذه التطبيقات قراءة أي شيء بعد هذه اللحظة. وقد تحتفظ بما حفظته من قبل.
stopped-all = توقفت المشاركة مع كل التطبيقات.

erasure-heading = طلب الحذف
erasure-ask = اطلب منه حذف بياناتي
erasure-title = هل تطلب من { $app } حذف بياناتك؟
erasure-title-html = هل تطلب من { $app } حذف بياناتك؟
erasure-told-html = نخبر { $app } أنك تريد حذف كل ما لديه عنك. يعرفك بالاسم الذي لديه لك فقط.
erasure-month = أمامه شهر واحد لينفِّذ أو ليقول لماذا لا. ترى هنا ما يجيب به.
erasure-live-html = يستطيع { $app } مواصلة قراءة ما تشاركه حتى توقفه.
erasure-asked = طُلب من التطبيق حذف بياناتك.
erasure-open = طلبت ذلك من التطبيق من قبل. لم ينتهِ بعد.
erasure-requested = طلبت منه. لا توجد وسيلة للوصول إلى التطبيق بعد.
erasure-delivered = أُخبر بذلك. لا رد بعد.
erasure-acknowledged = يعمل على ذلك.
erasure-completed = يقول إن بياناتك حُذفت.
erasure-refused = يقول إنه يحتفظ ببياناتك.
erasure-overdue = مرَّ شهر ولم ينفِّذ.
erasure-code-html = رمز التأكيد: <code dir="ltr">{ $code }</code>
erasure-status = متابعة الحالة
erasure-changed = حتى { $date }.

report-open = الإبلاغ عن هذا التطبيق
report-title = الإبلاغ عن { $app }
report-title-html = الإبلاغ عن { $app }
report-lead = يقرؤه من يديرون هذه المحفظة. لا يُقال لهم من كتبه، ولا يُقال للتطبيق شيء.
report-category = ما المشكلة؟
report-asks-too-much = يطلب أكثر مما يلزم
report-phishing = ينتحل صفة غيره
report-spam = يرسل إليَّ ما لا أريده
report-other = شيء آخر
report-words = ماذا حدث؟ (اختياري)
report-send = إرسال البلاغ
app-reported = شكرًا لك. أُرسل البلاغ.
problem-choose = اختر واحدًا
problem-state = حالة غير معروفة

receipts-title = إيصالات الموافقة
receipts-lead = كلما شاركت أو غيَّرت أو أوقفت، يثبت ذلك إيصال موقَّع. يسمّي ما شاركته ولا يذكر قيمته أبدًا.
receipts-empty = لا إيصالات بعد.
receipts-download = تنزيل الإيصال
receipts-older = إيصالات أقدم
receipt-given = وافقت على المشاركة
receipt-renewed = وافقت من جديد
receipt-changed = غيَّرت ما تشاركه
receipt-withdrawn = أوقفت المشاركة
receipt-terminated = تخلّى التطبيق عنها
receipt-expired = انتهت المدة
receipt-other = شيء آخر
receipt-verify-title = فحص إيصال
receipt-verify-lead = الصق إيصال موافقة لترى هل وقَّعته هذه المحفظة وماذا يقول. لا نحتفظ بشيء منه.
receipt-text = الإيصال
receipt-check = فحص
receipt-ours = وقَّعته هذه المحفظة ولم يتغيَّر.
receipt-not-ours = لم توقِّعه هذه المحفظة، أو غُيِّر بعد ذلك.
receipt-unreadable = هذا ليس إيصال موافقة.
receipt-app = التطبيق
receipt-what = ما حدث
receipt-when = متى
receipt-claims = ما تشاركه
receipt-whole = الإيصال كاملًا

admin-reports = بلاغات الناس
admin-report-close = تمّ
report-closed = أُغلق البلاغ.
consent-silent-html = ترك { $app } أشخاصًا طلبوا حذف بياناتهم دون رد.

mail-erasure-wanted-subject = يطلب شخص من { $app } حذف بياناته
mail-erasure-wanted-lead = شخص يسجّل الدخول إلى { $app } بمحفظته طلب في { $at } أن تحذفوا كل ما لديكم من بياناته (المادة 17 من اللائحة العامة لحماية البيانات).
mail-erasure-wanted-person = تعرفون هذا الشخص بهذا المعرِّف (sub): { $subject }
mail-erasure-wanted-request = اسم هذا الطلب: { $request }
mail-erasure-wanted-answer = قولوا خلال شهر كيف تعاملتم معه: acknowledged أو completed أو refused مع السبب. يجد مطوّروكم الطريقة في وصف واجهة البيانات. يُرسل الرد إلى:

### Asking what to share, and leaving for the app.

consent-title = هل تشارك بياناتك مع { $app }؟
consent-title-new = يطلب { $app } شيئًا جديدًا
consent-title-expired = هل تشارك بياناتك مع { $app } مجددًا؟
consent-title-changed = تغيَّر { $app }
consent-title-reverified = فُحصت وثيقتك من جديد
consent-title-again = راجع ما تشاركه مع { $app }
consent-because-new = أنت تشارك بعض بياناتك مع { $app }. وهو يطلب الآن المزيد. السطور الجديدة معلَّمة.
consent-because-expired = انتهى إذنك للتطبيق { $app } في { $date }.
consent-because-changed = تغيَّرت معلومات { $app } في { $date }. تأكد أنك ما زلت تثق به.
consent-because-reverified = فُحصت وثيقتك في { $date }، بعد أن شاركتها مع { $app }. تأكد أن للتطبيق { $app } أن يرى ما فيها الآن.
consent-because-again = يريد { $app } أن تراجع هذا مرة أخرى.
consent-signed-in-html = أنت مسجَّل باسم <strong>{ $name }</strong>. <a href="{ $href }">لست أنت؟ استخدم حسابًا آخر</a>
consent-purpose-html = سبب الطلب بكلمات التطبيق: «{ $purpose }»
consent-needs-html = يحتاج { $app } إلى
consent-id = معرِّف الدخول
consent-id-pairwise-html = معرِّف خاص صُنع للتطبيق { $app } وحده. ترى التطبيقات الأخرى معرِّفًا مختلفًا.
consent-id-public = معرِّف تراه تطبيقات أخرى لهذه المحفظة أيضًا.
consent-also = يمكنك أيضًا مشاركة
consent-missing =
    { $n ->
        [zero] لا معلومات أخرى ناقصة في محفظتك
        [one] معلومة أخرى ليست في محفظتك بعد
        [two] معلومتان أخريان ليستا في محفظتك بعد
        [few] { $n } معلومات أخرى ليست في محفظتك بعد
        [many] { $n } معلومة أخرى ليست في محفظتك بعد
       *[other] { $n } معلومة أخرى ليست في محفظتك بعد
    }
consent-already =
    { $n ->
        [zero] لا شيء مُشارَك من قبل
        [one] مُشارَك من قبل: معلومة واحدة
        [two] مُشارَك من قبل: معلومتان
        [few] مُشارَك من قبل: { $n } معلومات
        [many] مُشارَك من قبل: { $n } معلومة
       *[other] مُشارَك من قبل: { $n } معلومة
    }
consent-note-html = يمكنك إيقاف المشاركة في أي وقت من <strong>التطبيقات المتصلة</strong>. لا نستطيع استرجاع ما حفظه التطبيق.
consent-return-html = ستعود إلى <code>{ $origin }</code>.
self-registered-html = هذا التطبيق وصف نفسه بنفسه. المؤكَّد هو عنوانه فقط: <strong>{ $host }</strong>.
app-policy-html = <a href="{ $href }" rel="noreferrer">سياسة خصوصية { $app }</a>
app-terms-html = <a href="{ $href }" rel="noreferrer">شروط { $app }</a>
share-and-continue = شارك وتابع
do-not-share = لا تشارك

line-missing-html = لم تُضف هذا بعد.
line-add = إضافة
line-new = جديد
line-which = { $what }: أيّها؟
line-show = إظهار
line-whole-is-shared = يُشارَك الرقم كاملًا.
line-as-on-document = كما في وثيقتك
line-of-document = نوعها ومن أصدرها وتواريخها، ولا رقمها أبدًا
evidence-passport = جواز سفر
evidence-idcard = بطاقة هوية
evidence-driving-permit = رخصة قيادة
line-why-html = سبب الطلب: «{ $why }»
scope-wallet-changes = إبقاؤه على اطلاع
scope-wallet-changes-detail = نخبر التطبيق عندما يتغير شيء مما سبق. بدون ذلك يحصل عليه مرة واحدة.
scope-offline-access = البقاء متصلًا
scope-offline-access-detail = يمكن للتطبيق أن ينظر مجددًا وأنت لا تستخدمه، حتى التاريخ الذي تختاره أدناه.

duration-title = إلى متى؟
duration-once = هذه المرة فقط
duration-once-hint = يمكنه قراءة بياناتك لمدة 10 دقائق.
duration-days-90 = 90 يومًا
duration-days-90-hint = حتى { $date }
duration-until-stopped = حتى أوقفها
duration-until-stopped-hint = نسألك مجددًا بعد سنة.

leaving-title = نعيدك إلى { $app }
leaving-title-html = نعيدك إلى { $app }
leaving-lead-html = أنت ذاهب إلى <code>{ $origin }</code>.
leaving-continue-html = المتابعة إلى { $app }

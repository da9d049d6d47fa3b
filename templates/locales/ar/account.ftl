### The person's own pages.

home-title = محفظتك
home-greeting-html = مرحبًا، { $name }
home-wallet = في محفظتك
home-filled =
    { $n ->
        [zero] لم تُضف شيئًا بعد
        [one] سطر واحد مملوء
        [two] سطران مملوءان
        [few] { $n } سطور مملوءة
        [many] { $n } سطرًا مملوءًا
       *[other] { $n } سطر مملوء
    }
home-fill = فتح الملف الشخصي
home-security = كلمة المرور والجلسات
home-security-open = فتح الأمان
home-recent = آخر ما حدث
home-all-activity = عرض كل النشاط
apps-can-see =
    { $n ->
        [zero] لا يرى بياناتك أي تطبيق
        [one] تطبيق واحد يرى بياناتك
        [two] تطبيقان يريان بياناتك
        [few] { $n } تطبيقات ترى بياناتك
        [many] { $n } تطبيقًا ترى بياناتك
       *[other] { $n } تطبيق ترى بياناتك
    }

apps-title = التطبيقات المتصلة
apps-lead = ترى هذه التطبيقات بعض بياناتك. يمكنك تغيير ذلك أو إيقافه في أي وقت.
apps-empty = لا يرى بياناتك أي تطبيق.
apps-shares-html = يشارك: { $what }
apps-since = منذ { $since }. حتى توقفها.
apps-since-until = منذ { $since }. حتى { $until }.
apps-last-read = آخر قراءة في { $date }.
apps-never-read = لم يقرأ شيئًا بعد.
apps-manage = إدارة
app-back = العودة إلى التطبيقات المتصلة
app-sees = ما يمكنه رؤيته
app-reads = ما قرأه
app-reads-id = معرِّف الدخول فقط
app-reads-none = لم يقرأ شيئًا بعد.
app-reads-all = عرض كل قراءات هذا التطبيق
app-stop-heading = إنهاء المشاركة
app-stop-lead-html = يفقد { $app } الوصول فورًا. وقد يحتفظ بما حفظه من قبل.
stop-sharing = إيقاف المشاركة
stop-title = هل توقف المشاركة مع { $app }؟
stop-title-html = هل توقف المشاركة مع { $app }؟
stop-now-html = لا يستطيع { $app } قراءة أي شيء بعد هذه اللحظة.
stop-keeps-html = قد يحتفظ { $app } بما حفظه من قبل. لا نستطيع استرجاعه. اطلب منه حذف بياناتك.
stop-again = عندما تستخدم التطبيق مجددًا نسألك مرة أخرى.
stopped = توقفت المشاركة. لا يستطيع التطبيق قراءة أي شيء بعد الآن.

activity-title = النشاط
activity-lead = من قرأ بياناتك، وما الذي حدث لمحفظتك.
activity-filter-app = التطبيق
activity-filter-kind = العرض
activity-filter = تصفية
activity-app-all = كل التطبيقات
activity-kind-all = كل شيء
activity-kind-reads = قراءات بياناتك
activity-kind-security = الأمان
activity-empty = لم يحدث شيء بعد.
activity-older = نشاط أقدم
activity-refused-chip = مرفوض
activity-folded =
    { $n ->
        [zero] ولا مرات أخرى في ذلك اليوم
        [one] ومرة أخرى في ذلك اليوم
        [two] ومرتين أخريين في ذلك اليوم
        [few] و{ $n } مرات أخرى في ذلك اليوم
        [many] و{ $n } مرة أخرى في ذلك اليوم
       *[other] و{ $n } مرة أخرى في ذلك اليوم
    }
activity-read-html = قرأ <strong>{ $app }</strong>: { $claims }.
activity-read-id-html = قرأ <strong>{ $app }</strong> معرِّف الدخول.
activity-refused-html = حاول <strong>{ $app }</strong> قراءة بياناتك.
activity-signed-in-html = سجَّلت الدخول.
activity-signed-out-html = سجَّلت الخروج.
activity-sign-in-failed-html = أدخل شخص ما كلمة مرور خاطئة.
activity-account-created-html = أنشأت محفظتك.
activity-password-changed-html = غيَّرت كلمة المرور.
activity-recovered-html = اخترت كلمة مرور جديدة برمز من بريدك.
activity-session-ended-html = أنهيت جلسة.
activity-profile-changed-html = غيَّرت ملفك الشخصي.
activity-app-connected-html = وصلت <strong>{ $app }</strong> بمحفظتك.
activity-app-changed-html = غيَّرت ما يراه <strong>{ $app }</strong>.
activity-app-stopped-html = أوقفت المشاركة مع <strong>{ $app }</strong>.
activity-app-refused-html = اخترت عدم المشاركة مع <strong>{ $app }</strong>.
activity-other-html = تغيَّر شيء في محفظتك.

sessions-title = الجلسات
sessions-lead = المتصفحات المسجَّلة في محفظتك.
sessions-this = هذا المتصفح
sessions-since = سُجِّل الدخول في { $since }. آخر استخدام في { $seen }.
sessions-end-others = تسجيل الخروج من كل مكان آخر
sessions-ended = سُجِّل خروج ذلك المتصفح.
sessions-others-ended = سُجِّل خروج كل المتصفحات الأخرى.
device-known = { $browser } على { $system }
device-unknown = جهاز غير معروف

security-title = الأمان
security-password = كلمة المرور
security-password-changed = آخر تغيير في { $date }.
security-ends-others = عند تغييرها يُسجَّل خروج المتصفحات الأخرى.
security-change = تغيير كلمة المرور
security-changed = تغيَّرت كلمة المرور.
security-recent = آخر أحداث الأمان
security-sessions =
    { $n ->
        [zero] لا متصفحات مسجَّلة
        [one] متصفح واحد مسجَّل
        [two] متصفحان مسجَّلان
        [few] { $n } متصفحات مسجَّلة
        [many] { $n } متصفحًا مسجَّلًا
       *[other] { $n } متصفح مسجَّل
    }

settings-title = اللغة والمظهر
settings-language = اللغة
settings-language-save = استخدم هذه اللغة
settings-theme = المظهر
settings-theme-save = استخدم هذا المظهر
theme-system = مثل جهازي
theme-light = فاتح
theme-dark = داكن

### Who read what, and what happened to a wallet. Each event has its sentence under its own name.

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
activity-channel-id-token = مع تسجيل دخولك (ID token)
activity-channel-data-api = عبر واجهة البيانات
activity-channel-media-link = برابط إلى صورة أو فيديو
activity-channel-document-front = وجه وثيقتك
activity-channel-document-back = ظهر وثيقتك
activity-channel-document-selfie = صورتك
activity-channel-userinfo = بطلب منه (UserInfo)
activity-app-gone = تطبيق لم يعد هنا
activity-account-created-html = أنشأت محفظتك.
activity-account-locked-html = أقفل القائمون على خادم المحفظة محفظتك.
activity-account-unlocked-html = فتح القائمون على خادم المحفظة محفظتك من جديد.
activity-session-opened-html = سجَّلت الدخول.
activity-session-ended-html = سُجِّل خروج متصفح.
activity-sign-in-refused-html = حاول شخص ما تسجيل الدخول.
activity-password-changed-html = غيَّرت كلمة المرور.
activity-password-reset-requested-html = طلب شخص ما رمزًا لاختيار كلمة مرور جديدة.
activity-password-reset-html = اخترت كلمة مرور جديدة برمز من بريدك.
activity-email-verified-html = أثبتَّ أن عنوان بريد إلكتروني لك.
activity-email-removed-html = أزلت عنوان بريد إلكتروني.
activity-email-primary-changed-html = اخترت عنوان بريد رئيسيًا آخر.
activity-phone-added-html = أضفت رقم هاتف.
activity-phone-verified-html = أثبتَّ أن رقم هاتف لك.
activity-phone-contested-html = أثبت شخص آخر أن أحد أرقام هاتفك له. لم يعد متحقَّقًا منه.
activity-phone-removed-html = أزلت رقم هاتف.
activity-phone-primary-changed-html = اخترت رقم هاتف رئيسيًا آخر.
activity-profile-changed-html = غيَّرت ملفك الشخصي: { $claims }.
activity-media-added-html = أُضيفت صورة أو فيديو إلى محفظتك.
activity-media-rejected-html = رُفضت صورة أو فيديو رفعته.
activity-media-trashed-html = نقلت صورة أو فيديو إلى سلة المهملات.
activity-media-restored-html = استعدت صورة أو فيديو من سلة المهملات.
activity-media-destroyed-html = حُذفت صورة أو فيديو نهائيًا.
activity-verification-started-html = بدأت التحقق من هويتك.
activity-verification-consented-html = وافقت على أن ينظر أشخاص إلى صور وثيقتك ووجهك.
activity-verification-submitted-html = سلَّمت طلب التحقق من هويتك.
activity-verification-asked-again-html = طلب المراجعون صورًا أخرى لوثيقتك.
activity-verification-approved-html = أكد المراجعون هويتك.
activity-verification-rejected-html = تعذّر تأكيد هويتك.
activity-verification-fraud-html = لم يُقبل التحقق من هويتك.
activity-verification-appealed-html = طلبت مراجعة أخرى للتحقق من هويتك.
activity-verification-disputed-html = قال شخص لديه بريدك الإلكتروني إن تحققًا من الهوية لم يكن منك. سُحبت شارته.
activity-verification-abandoned-html = انتهى تحقق من الهوية دون قرار.
activity-verification-evidence-purged-html = أُتلفت صور تحقق من الهوية.
activity-review-evidence-seen-html = نظر مراجع إلى صورة من التحقق من هويتك.
activity-badge-awarded-html = حصلت على شارة: { $claims }.
activity-badge-renewed-html = جُدِّدت إحدى شاراتك: { $claims }.
activity-badge-suspended-html = إحدى شاراتك موضع شك ولا تُحتسب الآن: { $claims }.
activity-badge-reinstated-html = عادت إحدى شاراتك تُحتسب: { $claims }.
activity-badge-revoked-html = سُحبت إحدى شاراتك: { $claims }.
activity-badge-expired-html = انتهت صلاحية إحدى شاراتك: { $claims }.
activity-badge-removed-html = تخلّيت عن شارة: { $claims }.
activity-approval-requested-html = طلب <strong>{ $app }</strong> أن تؤكد شيئًا.
activity-consent-given-html = شاركت مع <strong>{ $app }</strong>: { $claims }.
activity-consent-changed-html = غيَّرت ما يراه <strong>{ $app }</strong>. الآن: { $claims }.
activity-consent-refused-html = اخترت عدم المشاركة مع <strong>{ $app }</strong>.
activity-grant-withdrawn-html = أوقفت المشاركة مع <strong>{ $app }</strong>.
activity-grant-terminated-html = تخلّى <strong>{ $app }</strong> عمّا شاركته معه.
activity-authorization-approved-html = سجَّلت الدخول إلى <strong>{ $app }</strong>.
activity-token-issued-html = حصل <strong>{ $app }</strong> على الوصول إلى ما تشاركه.
activity-token-exchanged-html = حصل <strong>{ $app }</strong> على تصريح لخدمة أخرى باسمك.
activity-token-refreshed-html = جدَّد <strong>{ $app }</strong> وصوله.
activity-token-revoked-html = تخلَّى <strong>{ $app }</strong> عن وصوله.
activity-token-code-replayed-html = استُخدم تسجيل دخول إلى <strong>{ $app }</strong> مرتين. أنهينا وصوله.
activity-token-family-replayed-html = استُخدم مفتاح قديم للتطبيق <strong>{ $app }</strong> مرة أخرى. أنهينا وصوله.
activity-data-read-html = قرأ <strong>{ $app }</strong>: { $claims }.
activity-data-refused-html = حاول <strong>{ $app }</strong> قراءة بياناتك.
activity-other-html = تغيَّر شيء في محفظتك.
activity-account-deletion-requested-html = طلبتَ حذف محفظتك.
activity-account-deletion-cancelled-html = احتفظتَ بمحفظتك: لن تُحذف.
activity-export-requested-html = طلبتَ ملفًا فيه كل ما في محفظتك.
activity-export-ready-html = أصبح ملف كل ما في محفظتك جاهزًا.
activity-export-downloaded-html = نُزِّل ملف كل ما في محفظتك.
activity-import-begun-html = أحضرتَ حزمة من محفظة أخرى.
activity-import-done-html = استُوردت الحزمة من محفظة أخرى.
activity-import-refused-html = تعذّر استيراد الحزمة من محفظة أخرى.

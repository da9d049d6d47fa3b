### The mails.

mail-signature = ‏Social Wallet. لا نطلب منك أبدًا كلمة المرور أو رمزًا بالبريد أو الهاتف.
mail-code-life =
    { $n ->
        [zero] انتهت صلاحية الرمز.
        [one] يعمل الرمز لمدة دقيقة واحدة.
        [two] يعمل الرمز لمدة دقيقتين.
        [few] يعمل الرمز لمدة { $n } دقائق.
        [many] يعمل الرمز لمدة { $n } دقيقة.
       *[other] يعمل الرمز لمدة { $n } دقيقة.
    }
mail-code-link = أو افتح هذه الصفحة في أي متصفح وأكِّد هناك، ثم تابع في نافذتك الأولى.
mail-link-life =
    { $n ->
        [zero] انتهت صلاحية الصفحة.
        [one] تعمل الصفحة لمدة دقيقة واحدة.
        [two] تعمل الصفحة لمدة دقيقتين.
        [few] تعمل الصفحة لمدة { $n } دقائق.
        [many] تعمل الصفحة لمدة { $n } دقيقة.
       *[other] تعمل الصفحة لمدة { $n } دقيقة.
    }
mail-sign-up-code-subject = رمزك في Social Wallet
mail-sign-up-code-lead = أدخل هذا الرمز لإنشاء محفظتك:
mail-sign-up-code-not-you = إن لم تطلبه فلا حاجة إلى فعل شيء. لا تُنشأ محفظة بدون الرمز أو الصفحة.
mail-sign-up-known-subject = لديك محفظة بالفعل
mail-sign-up-known-lead = حاول شخص ما، وربما أنت، إنشاء محفظة بهذا العنوان. وله محفظة بالفعل.
mail-sign-up-known-sign-in = سجِّل الدخول هنا:
mail-sign-up-known-recover = إن نسيت كلمة المرور فاختر كلمة جديدة هنا:
mail-recover-code-subject = رمزك لكلمة مرور جديدة
mail-recover-code-lead = أدخل هذا الرمز لاختيار كلمة مرور جديدة:
mail-recover-code-not-you = إن لم تطلبه فلا حاجة إلى فعل شيء. تبقى كلمة المرور كما هي.
mail-app-connected-subject = وصلت { $app } بمحفظتك
mail-app-connected-lead = وصلت { $app } بمحفظتك في { $at }.
mail-app-connected-claims = يمكنه رؤية: { $claims }.
mail-app-connected-stop = إن لم تكن أنت من فعل ذلك أو أردت إيقاف المشاركة فافتح:
mail-password-changed-subject = تغيَّرت كلمة المرور
mail-password-changed-lead = تغيَّرت كلمة مرور محفظتك في { $at } باستخدام { $device }.
mail-password-changed-you = إن كنت أنت من فعل ذلك فلا حاجة إلى فعل شيء.
mail-password-changed-not-you = إن لم تكن أنت فاختر كلمة مرور جديدة فورًا:
mail-new-sign-in-subject = تسجيل دخول جديد إلى محفظتك
mail-new-sign-in-lead = سجَّل شخص ما الدخول إلى محفظتك في { $at } باستخدام { $device }. لم نر هذا المتصفح من قبل.
mail-new-sign-in-you = إن كنت أنت من فعل ذلك فلا حاجة إلى فعل شيء.
mail-new-sign-in-not-you = إن لم تكن أنت فأنهِ تلك الجلسة وغيِّر كلمة المرور:
mail-webhook-disabled-subject = أُوقفت رسائل الويب إلى { $app }
mail-webhook-disabled-lead = لم يستلم هذا العنوان التابع إلى { $app } رسائلنا، لذلك لم نعد نتصل به:
mail-webhook-disabled-why = انتهت آخر محاولة بما يلي: { $why }.
mail-webhook-disabled-mend = نحتفظ بما لم يُسلَّم لمدة 30 يومًا. أصلح العنوان ثم اطلب من مشغّل خادم المحفظة هذا إرساله من جديد.
mail-stream-paused-subject = أُوقفت مؤقتًا أحداث الأمان الخاصة بـ { $app }
mail-stream-paused-lead = لا أحد يستلم أحداث الأمان التي تنتظر { $app }، لذلك أوقفنا مجراها مؤقتًا.
mail-stream-paused-mend = أصلح المستقبِل ثم اجعل حالة المجرى enabled: عندئذ يُرسَل ما ينتظر. ما وقع بعد الإيقاف مفقود، فراجع صلاحياتك من جديد.
mail-approval-wanted-subject = يطلب { $app } تأكيدك
mail-approval-wanted-lead = يطلب { $app } أن تؤكد أنك أنت، وما يمكنه رؤيته.
mail-approval-wanted-message = يُفترض أن يعرض لك هذا في الوقت نفسه: { $message }
mail-approval-wanted-open = انظر إليه وقرِّر هنا:
mail-approval-wanted-life =
    { $n ->
        [zero] انتهى وقت الإجابة.
        [one] يمكنك الإجابة لمدة دقيقة واحدة.
        [two] يمكنك الإجابة لمدة دقيقتين.
        [few] يمكنك الإجابة لمدة { $n } دقائق.
        [many] يمكنك الإجابة لمدة { $n } دقيقة.
       *[other] يمكنك الإجابة لمدة { $n } دقيقة.
    }
mail-approval-wanted-not-you = إن لم تكن تستخدم هذا التطبيق الآن فلا تؤكد. عندها لا تتم مشاركة أي شيء.
mail-export-ready-subject = ملف كل شيء جاهز
mail-export-ready-lead = الملف الذي فيه كل ما في محفظتك جاهز. يمكنك تنزيله حتى { $at }:
mail-export-ready-not-you = إن لم تكن أنت من طلبه فاختر كلمة مرور جديدة فورًا.
mail-deletion-asked-subject = ستُحذف محفظتك
mail-deletion-asked-lead = طلبتَ حذف محفظتك. إنها مغلقة الآن وستُحذف في { $due }.
mail-deletion-asked-keep = إذا غيّرت رأيك، أو لم تكن أنت من طلب ذلك، فاحتفظ بها هنا:
mail-deletion-cancelled-subject = تحتفظ بمحفظتك
mail-deletion-cancelled-lead = لن تُحذف محفظتك: احتفظتَ بها في { $at }.
mail-deletion-done-subject = حُذفت محفظتك
mail-deletion-done-lead = حُذفت محفظتك في { $at }. لن نعرف عنوانك بعد أن تُرسَل هذه الرسالة.
mail-deletion-done-receipt = هذا هو الإيصال الموقّع. يذكر ما أُتلف ولا يقول شيئًا عنك:
mail-account-unused-subject = هل ما زلت بحاجة إلى محفظتك؟
mail-account-unused-lead = لم يدخل أحد إلى محفظتك منذ مدة طويلة. إذا لم يدخل أحد حتى { $at } فسنبدأ بحذفها.
mail-account-unused-keep = للاحتفاظ بها سجّل الدخول مرة واحدة:
mail-identity-verified-subject = تم تأكيد هويتك
mail-identity-verified-lead = أكد المراجعون هويتك في { $at } بالوثيقة والصور التي أرسلتها.
mail-identity-verified-see = تجد الشارة هنا:
mail-identity-verified-not-you = إن لم تطلب ذلك فأخبرنا خلال 10 أيام. عندها تُسحب الشارة ويُنظر في الأمر:
mail-identity-rejected-subject = تعذّر تأكيد هويتك
mail-identity-rejected-lead = نظر المراجعون إلى وثيقتك وصورك ولم يتمكنوا من تأكيد هويتك:
mail-identity-rejected-next = يمكنك طلب مراجعة أخرى أو البدء من جديد هنا:
mail-identity-again-subject = نحتاج إلى صور أخرى
mail-identity-again-lead = نظر المراجعون إلى وثيقتك وصورك ولا يمكنهم القرار بعد:
mail-identity-again-next = ارفع صورًا أخرى هنا:

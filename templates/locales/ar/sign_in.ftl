### Signing in, signing up, a forgotten password, signing out.

continue-to-html = للمتابعة إلى <strong>{ $app }</strong>
email-label = عنوان البريد الإلكتروني
password-label = كلمة المرور
password-current-label = كلمة المرور الحالية
password-new-label = كلمة المرور الجديدة
password-show = إظهار
password-hide = إخفاء
password-hint =
    { $n ->
        [zero] استخدم كلمة مرور طويلة. ثلاث كلمات غير مألوفة تكفي. يمكنك اللصق من مدير كلمات المرور.
        [one] استخدم حرفًا واحدًا أو أكثر. ثلاث كلمات غير مألوفة تكفي. يمكنك اللصق من مدير كلمات المرور.
        [two] استخدم حرفين أو أكثر. ثلاث كلمات غير مألوفة تكفي. يمكنك اللصق من مدير كلمات المرور.
        [few] استخدم { $n } أحرف أو أكثر. ثلاث كلمات غير مألوفة تكفي. يمكنك اللصق من مدير كلمات المرور.
        [many] استخدم { $n } حرفًا أو أكثر. ثلاث كلمات غير مألوفة تكفي. يمكنك اللصق من مدير كلمات المرور.
       *[other] استخدم { $n } حرف أو أكثر. ثلاث كلمات غير مألوفة تكفي. يمكنك اللصق من مدير كلمات المرور.
    }

sign-in-title = تسجيل الدخول
sign-in-password-title = أدخل كلمة المرور
sign-in-new-here-html = جديد هنا؟ <a href="{ $href }">أنشئ محفظة</a>
sign-in-trouble = هل تواجه مشكلة في تسجيل الدخول؟
sign-in-remember = ابقَ مسجّل الدخول على هذا الجهاز
sign-in-forgot = هل نسيت كلمة المرور؟

sign-up-step-1 = الخطوة 1 من 3
sign-up-step-2 = الخطوة 2 من 3
sign-up-step-3 = الخطوة 3 من 3
sign-up-title = إنشاء محفظة
sign-up-lead = تحفظ محفظتك بياناتك. أنت تختار ما يراه كل تطبيق.
sign-up-email-hint = نرسل رمزًا إلى هذا العنوان.
sign-up-have-one-html = لديك محفظة؟ <a href="{ $href }">سجِّل الدخول</a>
sign-up-agree-html = بالمتابعة توافق على أن نحفظ بياناتك كما تقول <a href="{ $href }">صفحة الخصوصية</a>.
sign-up-code-title = تفقَّد بريدك
sign-up-password-title = احمِ محفظتك
sign-up-name-label = اسمك (يمكنك تركه فارغًا)
sign-up-name-hint = لا تراه التطبيقات إلا إذا شاركته.
sign-up-finish = إنشاء محفظة

code-sent-html = أرسلنا رمزًا إلى <strong>{ $email }</strong>. <a href="{ $href }">تغيير العنوان</a>
code-label = رمز من 6 أرقام
code-hint = يعمل الرمز لمدة 10 دقائق على الأكثر.
code-not-there = لم يصل شيء؟ ابحث في مجلد الرسائل غير المرغوبة.
code-resend = أرسل رمزًا جديدًا
code-resent = أرسلنا رمزًا جديدًا.

recover-title = اختيار كلمة مرور جديدة
recover-lead = أخبرنا بعنوان بريدك. نرسل إليك رمزًا.
recover-send = أرسل رمزًا
recover-back = العودة إلى تسجيل الدخول
recover-code-title = تفقَّد بريدك
recover-sent-html = إن كانت للعنوان <strong>{ $email }</strong> محفظة فالرمز في طريقه إليه. <a href="{ $href }">تغيير العنوان</a>
recover-password-title = أدخل كلمة مرور جديدة
recover-password-lead = عند تغييرها نسجِّل خروجك من كل مكان آخر.
recover-finish = تغيير كلمة المرور

logout-title = هل تريد تسجيل الخروج من Social Wallet؟
logout-lead = تسجِّل الخروج من هذا المتصفح فقط.
logout-app-html = تبقى مسجَّلًا في <strong>{ $app }</strong> ما لم يسجِّل خروجك بنفسه.
logged-out-title = تم تسجيل خروجك
logged-out-lead = أغلق المتصفح إن كان غيرك يستخدم هذا الجهاز.
logged-out-telling = نسجّل خروجك أيضًا من التطبيقات التي طلبت ذلك.
logged-out-again = تسجيل الدخول مجددًا

problem-email = أدخل عنوان بريد بصيغة صحيحة، مثل name@example.com
problem-email-taken = لعنوان البريد هذا محفظة من قبل. سجّل الدخول به أو استخدم عنوانًا آخر.
problem-password-empty = أدخل كلمة المرور
problem-credentials = العنوان وكلمة المرور غير متطابقين. تحقق منهما وحاول مجددًا.
problem-code = هذا الرمز غير صحيح. تفقَّد الرسالة وحاول مجددًا.
problem-code-expired = انتهت صلاحية هذا الرمز. أرسلنا إليك رمزًا جديدًا.
problem-code-tries = رموز خاطئة كثيرة. أرسل رمزًا جديدًا.
problem-password-short = كلمة المرور قصيرة جدًا. استخدم كلمة أطول.
problem-password-long = كلمة المرور طويلة جدًا. استخدم 256 حرفًا أو أقل.
problem-password-common = كلمة المرور هذه سهلة التخمين. اختر غيرها.
problem-current-password = هذه ليست كلمة المرور الحالية. حاول مجددًا.
problem-too-many = محاولات كثيرة. انتظر بضع دقائق ثم حاول مجددًا.
problem-too-long = اختصر النص
problem-name = هذا الاسم طويل جدًا. استخدم 200 حرف أو أقل.
problem-form-expired = بقيت هذه الصفحة مفتوحة طويلًا. راجع إجاباتك وأرسلها مجددًا.

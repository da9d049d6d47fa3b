### Email addresses and phone numbers.

nav-contacts = البريد والهاتف
contacts-title = عناوين البريد وأرقام الهاتف
contacts-lead = أنت تختار لكل تطبيق العنوان أو الرقم الذي يُخبَر به.
contacts-emails = عناوين البريد الإلكتروني
contacts-emails-lead = يمكنك تسجيل الدخول بأي منها. نكتب إلى العنوان الرئيسي.
contacts-phones = أرقام الهاتف
contacts-add-email = إضافة عنوان بريد إلكتروني
contacts-add-email-hint = نرسل إليه رمزًا. يصبح لك عندما تُدخل الرمز أو تؤكد بالرابط الذي في الرسالة.
contacts-add-phone = إضافة رقم هاتف
contacts-send-code = إضافة وإرسال رمز
contacts-keep-phone = إضافة
contacts-code-title = أدخل الرمز
contacts-sent-email-html = أرسلنا رسالة إلى <strong>{ $email }</strong>.
contacts-sent-phone-html = أرسلنا رمزًا برسالة قصيرة إلى <strong>{ $number }</strong>.
contacts-again = سجَّلت الدخول من جديد. نفِّذ التغيير الآن مرة أخرى.
contact-is-primary = رئيسي
contact-told =
    { $n ->
        [zero] لا يُخبَر به أي تطبيق
        [one] يُخبَر به تطبيق واحد
        [two] يُخبَر به تطبيقان
        [few] تُخبَر به { $n } تطبيقات
        [many] يُخبَر به { $n } تطبيقًا
       *[other] يُخبَر به { $n } تطبيق
    }
contact-prove = تحقق منه برسالة قصيرة
contact-make-primary = اجعله الرئيسي
contact-remove = إزالة
contact-remove-now = أزِله
contact-remove-nobody = لا يفقد أي تطبيق شيئًا.
contact-remove-losers-html = تفقده هذه التطبيقات ولا تُخبَر بشيء بدلًا منه: { $apps }.
contact-proven = أثبتَّ أنه لك.
contact-added = الرقم في محفظتك الآن.
contact-primary = هو الرئيسي من الآن فصاعدًا.
contact-removed = لم يعد في محفظتك.
line-picked-gone = ما اخترته لم يعد في محفظتك. لا يُخبَر التطبيق بشيء بدلًا منه حتى تختار من جديد.
problem-contact-own = هو في محفظتك بالفعل، وقد تم التحقق منه.
problem-contacts-full = في محفظتك أكبر عدد يمكنها حفظه. أزِل واحدًا أولًا.

sms-code =
    { $n ->
        [zero] { $code } هو رمزك في Social Wallet. انتهت صلاحيته.
        [one] { $code } هو رمزك في Social Wallet. يعمل لمدة دقيقة واحدة. لا تخبر به أحدًا أبدًا.
        [two] { $code } هو رمزك في Social Wallet. يعمل لمدة دقيقتين. لا تخبر به أحدًا أبدًا.
        [few] { $code } هو رمزك في Social Wallet. يعمل لمدة { $n } دقائق. لا تخبر به أحدًا أبدًا.
        [many] { $code } هو رمزك في Social Wallet. يعمل لمدة { $n } دقيقة. لا تخبر به أحدًا أبدًا.
       *[other] { $code } هو رمزك في Social Wallet. يعمل لمدة { $n } دقيقة. لا تخبر به أحدًا أبدًا.
    }

mail-contact-code-subject = رمزك في Social Wallet
mail-contact-code-lead = أدخل هذا الرمز لإضافة هذا العنوان إلى محفظتك:
mail-contact-code-not-you = إن لم تطلبه فلا حاجة إلى فعل شيء. لا يُضاف عنوانك إلى أي مكان بدون الرمز أو الصفحة.
mail-contact-known-subject = حاول شخص ما إضافة عنوان بريدك
mail-contact-known-lead = حاول شخص ما، وربما أنت، إضافة هذا العنوان إلى محفظة أخرى. وهو يخص محفظتك.
mail-contact-known-next = لا حاجة إلى فعل شيء. لاستخدامه في محفظة أخرى أزِله من محفظتك أولًا.
mail-contact-changed-subject = تغيَّرت عناوين محفظتك
mail-contact-changed-email-added = أضفت عنوان البريد الإلكتروني { $address }.
mail-contact-changed-email-removed = أزلت عنوان البريد الإلكتروني { $address }.
mail-contact-changed-email-primary = عنوان بريدك الرئيسي الآن هو { $address }. نكتب إليه من الآن فصاعدًا.
mail-contact-changed-phone-added = أضفت رقم الهاتف ‎{ $address }‎.
mail-contact-changed-phone-removed = أزلت رقم الهاتف ‎{ $address }‎.
mail-contact-changed-phone-primary = رقم هاتفك الرئيسي الآن هو ‎{ $address }‎.
mail-contact-changed-when = حدث هذا في { $at } باستخدام { $device }.
mail-contact-changed-not-you = إن لم تكن أنت فغيِّر كلمة المرور فورًا، ثم راجع عناوينك هنا:
mail-phone-contested-subject = لم يعد أحد أرقام هاتفك متحقَّقًا منه
mail-phone-contested-lead = أثبت شخص آخر للتو برمز أن الرقم ‎{ $number }‎ له. يبقى الرقم في محفظتك، لكن التطبيقات تُخبَر بأنه غير متحقَّق منه.
mail-phone-contested-next = إن كان هذا الرقم ما زال لك فتحقق منه من جديد هنا:

confirm-title = تأكيد عنوان بريدك
confirm-wallet-html = سيُضاف <strong>{ $email }</strong> إلى محفظة. طُلب ذلك باستخدام { $device }.
confirm-sign-up-html = ستُنشأ محفظة بالعنوان <strong>{ $email }</strong>. طُلب ذلك باستخدام { $device }.
confirm-only-you = أكِّد فقط إن كنت أنت من طلب ذلك. وإلا فأغلق هذه الصفحة: لن يحدث شيء.
confirm-go = تأكيد
confirm-done-title = تم التأكيد
confirm-done = تم التأكيد. عُد إلى نافذتك الأولى وتابع هناك.
confirm-over-title = لم يعد هذا الرابط يعمل
confirm-over = هو قديم أو سبق استخدامه. عُد إلى نافذتك الأولى وأرسل رسالة جديدة.
code-or-link = هل أكَّدت بالرابط الذي في الرسالة؟
code-link-continue = متابعة
problem-not-confirmed = لم يُؤكَّد بعد. افتح الرابط الذي في الرسالة واضغط «تأكيد» هناك، ثم تابع هنا.

problem-undeliverable = عادت الرسالة: لا يمكن تسليم شيء إلى هذا العنوان. تأكد من كتابته أو استخدم عنوانًا آخر.
chip-undeliverable = البريد يعود
contact-confirm-again = أكِّده من جديد
home-undeliverable-html = عاد البريد المرسل إلى <strong>{ $email }</strong>، فلم يعد مؤكَّدًا. <a href="/account/contacts">أكِّده من جديد أو استخدم عنوانًا آخر</a>

sms-state-queued = الرسالة في طريقها إلى شبكة الهاتف.
sms-state-sent = وصلت الرسالة إلى شبكة الهاتف.
sms-state-delivered = وصلت الرسالة إلى الهاتف.
sms-state-failed = لم تُسلَّم الرسالة. تأكد من الرقم.
chip-undelivered = لم تُسلَّم: تأكد من الرقم
problem-phone-country = لا نرسل رموزًا إلى أرقام هذا البلد. استخدم رقمًا من بلد آخر.
problem-phone-range = لا نرسل حاليًا رموزًا إلى أرقام مثل هذا الرقم. حاول غدًا من جديد أو استخدم رقمًا آخر.
problem-sim-changed = تغيَّرت شريحة هذا الرقم منذ وقت قريب. لحمايتك تُقبل رموزه من جديد بعد 72 ساعة من التغيير: أرسل حينها رمزًا جديدًا. إن لم تكن أنت من غيَّر الشريحة فاتصل بشركة الهاتف فورًا.

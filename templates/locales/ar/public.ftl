### Errors, help, privacy, the first page, the button.

error-bad-request = لا يمكننا المتابعة بهذا الطلب
error-bad-request-next = أرسل التطبيق إلينا شيئًا لا يمكننا استخدامه. عُد إلى التطبيق وابدأ من جديد. إن تكرر ذلك فأخبر القائمين على التطبيق.
error-expired = انتهت صلاحية هذه الصفحة
error-expired-next = بقيت مفتوحة طويلًا أو استُخدمت من قبل. عُد إلى التطبيق وابدأ من جديد.
error-forbidden = لا يمكنك فتح هذه الصفحة
error-forbidden-next = ليس لحسابك حق الوصول إليها. اسأل القائم على هذه المحفظة.
error-too-many = محاولات كثيرة
error-too-many-next = انتظر بضع دقائق. ثم حاول مجددًا.
error-busy = لا نستطيع الوصول إلى سجلاتنا الآن
error-busy-next = لم يضِع شيء. انتظر لحظة. ثم حاول مجددًا.
error-internal = حدث خطأ لدينا
error-internal-next = حاول مجددًا. إن تكرر ذلك فأخبرنا بالرقم المرجعي أدناه.
error-retry = حاول مجددًا
error-back-to-app-html = ابدأ من جديد في { $app }
error-to-wallet = اذهب إلى محفظتك
error-reference-html = الرقم المرجعي <code>{ $reference }</code>
error-developer = للمطورين
error-developer-docs = اقرأ دليل البدء
not-found-title = الصفحة غير موجودة
not-found-next = إن كتبت العنوان فتحقق منه. وإن اتبعت رابطًا فقد يكون قديمًا.

help-title = المساعدة
help-stop = كيف أوقف المشاركة مع تطبيق؟
help-stop-answer-html = افتح <a href="{ $href }">التطبيقات المتصلة</a> واختر التطبيق ثم اختر إيقاف المشاركة. لا يستطيع التطبيق قراءة أي شيء بعد تلك اللحظة.
help-see = كيف أرى من قرأ بياناتي؟
help-see-answer-html = افتح <a href="{ $href }">النشاط</a>. فيه كل قراءة: أي تطبيق وأي بيانات ومتى.
help-password = نسيت كلمة المرور
help-password-answer-html = <a href="{ $href }">اختر كلمة مرور جديدة</a> برمز نرسله إلى بريدك.
help-mail = لا يصل أي رمز
help-mail-answer = ابحث في مجلد الرسائل غير المرغوبة. تحقق من كتابة العنوان. ثم أرسل رمزًا جديدًا.
help-verified = ماذا يعني «نطاق موثَّق»؟
help-verified-answer = تحققنا من أن التطبيق يعود إلى مالكي ذلك النطاق. لا يعني ذلك أن التطبيق جيد أو آمن.
help-reference = ما الرقم المرجعي في صفحة الخطأ؟
help-reference-answer = يساعد القائمين على هذه المحفظة في معرفة ما حدث. ولا يقول شيئًا عنك.

privacy-title = الخصوصية
privacy-lead = تحفظ محفظتك بياناتك لك. لا يراها غيرك حتى تشاركها.
privacy-keep = ما نحفظه
privacy-keep-answer = ما تكتبه في ملفك الشخصي، وعنوان بريدك، وصورة مشفَّرة من كلمة المرور، وسجل ما حدث لمحفظتك. البيانات الشخصية مشفَّرة حيث تُحفظ.
privacy-give = ما نعطيه للتطبيقات
privacy-give-answer = السطور التي تختارها فقط، وللمدة التي تختارها فقط. ولكل تطبيق معرِّف خاص بك عنده.
privacy-record = ما نسجِّله
privacy-record-answer-html = كلما قرأ تطبيق بياناتك سجَّلنا أي تطبيق وأي بيانات ومتى. ترى ذلك في <a href="{ $href }">النشاط</a>.
privacy-cookies = ملفات الارتباط
privacy-cookies-answer = نضع ملفات ارتباط لإبقائك مسجَّلًا ولحماية النماذج ولتذكُّر لغتك ومظهرك. لا إعلانات ولا تتبُّع.

welcome-title = محفظة واحدة لبياناتك
welcome-lead = احفظ بياناتك في مكان واحد. سجِّل بها الدخول إلى التطبيقات. اختر ما يراه كل تطبيق، وأوقفه في أي وقت.
welcome-developers = للمطورين: الدخول عبر Social Wallet

developers-title = الدخول عبر Social Wallet
developers-lead = زر لتطبيقك أو موقعك، وما تُعدُّه خلفه.
developers-styles = الأنماط والأحجام
developers-copy = انسخ الزر
developers-pictures = والشيء نفسه صورًا حيث لا يمكنك استخدام CSS:
developers-rules = القواعد
developers-rule-words = استخدم هذه العبارات فقط: «الدخول عبر Social Wallet» أو «المتابعة عبر Social Wallet» أو «التسجيل عبر Social Wallet».
developers-rule-size = اجعل ارتفاعه بين 40 و56 بكسلًا. والمعتاد 44.
developers-rule-space = اترك حوله مساحة فارغة لا تقل عن نصف ارتفاع العلامة.
developers-rule-equal = لا تجعله أصغر من أزرار الدخول الأخرى بجانبه.
developers-rule-colour = استخدم النمط الفاتح في الصفحات الفاتحة، والداكن في الداكنة، أو المحدَّد في كلتيهما. لا تغيِّر ألوان العلامة.
developers-rule-name = أعطِ الصور عبارة الزر نصًّا لقارئات الشاشة.
developers-start = البدء السريع
developers-start-register = سجِّل تطبيقك. تحصل على معرِّف وسر. يظهر السر مرة واحدة.
developers-start-issuer = أعطِ مكتبة OpenID Connect هذا المُصدِر والمعرِّف والسر. وهي تجد الباقي بنفسها.
developers-start-scopes = اطلب ما تحتاجه ولا تطلب أكثر.
developers-start-less = توقَّع أقل مما طلبت. يختار الناس سطرًا سطرًا، ويمكنهم إيقاف المشاركة في أي وقت. وما لم يُشارَك لا يصل.
developers-discovery-html = عناوين هذه المحفظة وقدراتها: <a href="{ $href }">وثيقة الاكتشاف</a>.
developers-api-html = لقراءة أكثر من المطالبات، مع مصدر كل قيمة: <a href="{ $href }">واجهة البيانات</a>.
api-title = واجهة البيانات
api-lead = اقرأ ما يشاركه الناس معك لحظة طلبك. كل قراءة مسجَّلة وتظهر لهم.
api-document-html = الوصف الكامل للبرامج: <a href="{ $href }">OpenAPI 3.1</a>.
api-problems = مشكلات قد تواجهها
developers-docs = معنى كل صلاحية ومعلومة وعنوان وخطأ، وطلبات تعمل كما هي، في صفحة لكل قدرة:
button-sign-in = الدخول عبر Social Wallet
button-continue = المتابعة عبر Social Wallet
button-sign-up = التسجيل عبر Social Wallet

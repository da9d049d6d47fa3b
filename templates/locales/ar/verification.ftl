### Showing who you are by a document.

verify-title = التحقق من الهوية
verify-start-title = بدء تحقق
verify-lead = أظهر وثيقة هوية وصورتك. يقارن المراجعون بينهما، فإن تطابقتا حصلت على شارة يمكنك مشاركتها.
verify-kind = أي وثيقة؟
verify-kind-passport = جواز سفر
verify-kind-idcard = بطاقة هوية
verify-kind-driving-permit = رخصة قيادة
verify-country = البلد الذي أصدرها
verify-country-hint = الحروف الثلاثة كما في الوثيقة: DEU أو EGY أو USA.
verify-level = كم شخصًا ينبغي أن ينظر؟
verify-level-one = مراجع واحد
verify-level-one-hint = يكفي لمعظم التطبيقات.
verify-level-two = مراجعان لا يعرف أحدهما برأي الآخر
verify-level-two-hint = قيمته أكبر، ويستغرق وقتًا أطول.
verify-earlier = عمليات تحقق سابقة

verify-state-collecting = في انتظارك
verify-state-scanning = قيد التجهيز
verify-state-review = قيد المراجعة
verify-state-approved = مؤكَّد
verify-state-rejected = غير مؤكَّد
verify-state-abandoned = منتهٍ

verify-told-collecting = اكتب ما في الوثيقة، وارفع الصور، ثم سلِّمها. يُحذف ما لا يُستكمل خلال يوم.
verify-told-again = تعذّر استخدام بعض الصور. ارفع غيرها ثم سلِّمها من جديد:
verify-told-scanning = يمر ما رفعته أولًا بفحص الملفات. يستغرق ذلك بضع ثوانٍ.
verify-told-review = يقرر المراجعون في موعد أقصاه { $date }.
verify-told-mail = سنخبرك بالبريد الإلكتروني. لا حاجة إلى فعل شيء.
verify-told-approved = أكدها المراجعون في { $date }. لديك شارة بذلك.
verify-told-rejected = لم يتمكن المراجعون من تأكيدها:
verify-told-appeal = إن كنت ترى أن هذا خطأ فيمكن لأشخاص آخرين أن ينظروا من جديد. يمكنك طلب ذلك حتى { $date }، ثم تُتلف الصور. أو ابدأ تحققًا جديدًا.
verify-told-fraud = لا يمكننا قبول هذا التحقق. اسأل القائمين على هذه المحفظة.
verify-told-abandoned = انتهى قبل أن يقرر أحد.
verify-told-purge = ستُتلف صورك في { $date }.
verify-told-purged = أُتلفت صورك في { $date }.

verify-consent-title = قبل أن تبدأ
verify-consent-what = نحتاج إلى صور لوثيقتك ولوجهك.
verify-consent-people = ينظر إليها أشخاص هم مراجعو هذه المحفظة. لا يتعرف أي برنامج على الوجوه.
verify-consent-outside = تحصل خدمة خارجية لفحص الوثائق عليها وعلى ما تكتبه. وقد ينظر إليها أيضًا مراجعو هذه المحفظة.
verify-consent-sealed = تُحفظ مشفّرة بمعزل عن محفظتك. وترى في نشاطك كل مرة نظر فيها أحد إليها.
verify-consent-kept =
    { $n ->
        [zero] نتلفها فور تأكيد هويتك.
        [one] نتلفها بعد يوم واحد من تأكيد هويتك.
        [two] نتلفها بعد يومين من تأكيد هويتك.
        [few] نتلفها بعد { $n } أيام من تأكيد هويتك.
        [many] نتلفها بعد { $n } يومًا من تأكيد هويتك.
       *[other] نتلفها بعد { $n } يوم من تأكيد هويتك.
    }
verify-consent-kept-rejected =
    { $n ->
        [zero] وإن لم تُؤكَّد أتلفناها فورًا.
        [one] وإن لم تُؤكَّد احتفظنا بها يومًا واحدًا لتتمكن من طلب مراجعة أخرى.
        [two] وإن لم تُؤكَّد احتفظنا بها يومين لتتمكن من طلب مراجعة أخرى.
        [few] وإن لم تُؤكَّد احتفظنا بها { $n } أيام لتتمكن من طلب مراجعة أخرى.
        [many] وإن لم تُؤكَّد احتفظنا بها { $n } يومًا لتتمكن من طلب مراجعة أخرى.
       *[other] وإن لم تُؤكَّد احتفظنا بها { $n } يوم لتتمكن من طلب مراجعة أخرى.
    }
verify-consent-withdraw = يمكنك التوقف في أي وقت، وعندها تُتلف فورًا.
verify-consent-minutes =
    { $n ->
        [zero] جهِّز ورقة وقلمًا وكاميرا.
        [one] جهِّز ورقة وقلمًا وكاميرا: يجب التقاط صورتك خلال دقيقة واحدة.
        [two] جهِّز ورقة وقلمًا وكاميرا: يجب التقاط صورتك خلال دقيقتين.
        [few] جهِّز ورقة وقلمًا وكاميرا: يجب التقاط صورتك خلال { $n } دقائق.
        [many] جهِّز ورقة وقلمًا وكاميرا: يجب التقاط صورتك خلال { $n } دقيقة.
       *[other] جهِّز ورقة وقلمًا وكاميرا: يجب التقاط صورتك خلال { $n } دقيقة.
    }
verify-consent-agree = أوافق على أن ينظر أشخاص إلى صور وثيقتي ووجهي
verify-consent-go = موافقة وبدء

verify-data-title = ما في الوثيقة
verify-data-lead = اكتبه كما هو مطبوع.
verify-given-name = الأسماء الأولى
verify-family-name = اسم العائلة
verify-birthdate = تاريخ الميلاد
verify-day-hint = السنة والشهر واليوم، مثل 1990-05-31.
verify-optional-day-hint = مثل 2031-05-31. يمكنك تركه فارغًا إن لم تذكره الوثيقة.
verify-number = رقم الوثيقة
verify-nationality = الجنسية
verify-issued = تاريخ الإصدار
verify-expires = صالحة حتى
verify-mrz = السطور المخصصة للآلات
verify-mrz-hint = سطران أو ثلاثة من الحروف والأرقام والأقواس الزاوية في الأسفل أو على الظهر. يمكنك تركها فارغة.
verify-challenge-title = ورقة عليها رقم
verify-challenge-write = اكتب هذا الرقم على ورقة:
verify-challenge-until = ارفع صورتك معه قبل الساعة { $at } بالتوقيت العالمي.
verify-challenge-over = انتهى وقت هذا الرقم. احصل على رقم آخر.
verify-challenge-again = رقم آخر
verify-gesture-beside-face = أمسك الورقة بجانب وجهك.
verify-gesture-below-chin = أمسك الورقة تحت ذقنك.
verify-gesture-touching-ear = أمسك الورقة بجانب وجهك، والمس أذنك باليد الأخرى.
verify-gesture-above-head = أمسك الورقة فوق رأسك.
verify-pictures-title = الصور
verify-pictures-hint = JPEG أو PNG أو WebP حتى { $most } م.ب، بما لا يقل عن { $least } بكسل للضلع الأطول.
verify-picture-there = تم الرفع
verify-side-front = وجه الوثيقة
verify-side-back = ظهر الوثيقة
verify-side-selfie = أنت مع الورقة
verify-side-reason = { $side }: { $reason }
verify-picture-front-hint = في جواز السفر: الصفحة التي عليها صورتك. يجب أن تظهر الزوايا الأربع.
verify-picture-back-hint = يجب أن تظهر الزوايا الأربع.
verify-picture-selfie-hint = يجب أن يظهر وجهك والرقم بوضوح.
verify-missing = ما زال شيء ناقصًا: ما في الوثيقة، أو صورة.
verify-submit = تسليم
verify-appeal = طلب مراجعة أخرى
verify-withdraw = توقف وإتلاف صوري

verify-started = اقرأ هذا أولًا ثم ابدأ.
verify-agreed = بدأ التحقق.
verify-challenged = هذا رقمك الجديد.
verify-picture-taken = وصلت الصورة.
verify-submitted = تم التسليم.
verify-withdrawn = انتهى التحقق، وأُتلفت صورك.
verify-appealed = سينظر أشخاص آخرون من جديد.

verify-problem-consent = وافق أولًا على أن ينظر أشخاص إلى صورك
verify-problem-attempts = بدأت مرات كثيرة. حاول غدًا
verify-problem-open = بدأت تحققًا بالفعل. أكمله أو أوقفه أولًا
verify-problem-barred = لا يمكنك بدء تحقق حاليًا. اسأل القائمين على هذه المحفظة
verify-problem-type = اختر صورة JPEG أو PNG أو WebP
verify-problem-large = الصورة أكبر من اللازم
verify-problem-challenge = انتهى وقت رقمك. احصل على رقم آخر ثم التقط صورة جديدة
verify-problem-missing = ما زال شيء ناقصًا: ما في الوثيقة، أو صورة
verify-problem-state = لم يعد ذلك ممكنًا. هذا هو الوضع الآن

problem-verification-agree = ضع علامة إن كنت توافق. لا يمكننا البدء من دونها
problem-verification-kind = اختر وثيقة
problem-verification-level = اختر عدد من ينظر
problem-verification-country = أدخل الحروف الثلاثة لبلد، مثل DEU أو EGY
problem-verification-name = أدخل اسمًا أقصر في سطر واحد
problem-verification-no-name = أدخل الاسم الذي في الوثيقة
problem-verification-date = أدخل تاريخًا صحيحًا، مثل 1990-05-31
problem-verification-number = أدخل رقم الوثيقة: حتى 30 حرفًا ورقمًا
problem-verification-mrz = أدخل هذه السطور كلها، كل منها بطوله المطبوع، أو اتركها فارغة

problem-verification-unreadable = لا يمكن قراءة الوثيقة.
problem-verification-cropped = جزء من الوثيقة غير ظاهر في الصورة.
problem-verification-expired = لم تعد الوثيقة صالحة.
problem-verification-wrong-side = تُظهر الصورة الجهة الخطأ.
problem-verification-mismatch-data = ما كتبته ليس ما في الوثيقة.
problem-verification-mismatch-face = لم يتبين للمراجعين أن الوثيقة لك.
problem-verification-challenge-wrong = لا يظهر رقمك على الورقة، أو لم تُمسك كما طُلب.
problem-verification-unsupported-document = لا نقبل هذه الوثيقة.
problem-verification-suspected-tamper = يبدو أن الوثيقة أو صورتها معدَّلة.
problem-verification-screen-capture = التُقطت الصورة لشاشة أو لنسخة. صوِّر الوثيقة نفسها.
problem-verification-duplicate-identity = أُكدت محفظة أخرى بهذه الوثيقة.
problem-verification-underage = سنك أصغر من المطلوب.
problem-verification-policy = لا يستوفي ذلك قواعدنا.
problem-verification-malware = كان في أحد الملفات شيء ضار، فأُتلف كل ما أرسلته.
problem-verification-small = عدد بكسلات الصورة أقل من اللازم.
problem-verification-damaged = تعذّر فتح الصورة. ربما كان الملف تالفًا.
problem-verification-pixels = عدد بكسلات الصورة أكبر من اللازم.

dispute-title = لم أكن أنا
dispute-lead = أُكدت هوية شخص ما في محفظتك. إن لم تفعل ذلك فأخبرنا هنا: تُسحب الشارة فورًا، ويُنظر في الأمر.
dispute-go = لم أكن أنا
dispute-done = شكرًا لك. سُحبت الشارة، وسيُنظر في الأمر.
dispute-next = ربما دخل شخص آخر إلى محفظتك. اختر كلمة مرور جديدة وراجع جلساتك:

### What people call claims, and the profile.

claim-sub = معرِّف الدخول
claim-name = الاسم
claim-given-name = الاسم الأول
claim-middle-name = الاسم الأوسط
claim-family-name = اسم العائلة
claim-nickname = اللقب
claim-preferred-username = اسم المستخدم
claim-profile = صفحة التعريف
claim-picture = الصورة الشخصية
claim-website = الموقع
claim-gender = الجنس
claim-birthdate = تاريخ الميلاد
claim-zoneinfo = المنطقة الزمنية
claim-locale = اللغة
claim-wallet-display-name = الاسم الظاهر
claim-wallet-headline = نبذة في سطر
claim-wallet-pronouns = الضمائر
claim-wallet-bio = عني
claim-wallet-location = مكاني
claim-wallet-links = الروابط
claim-wallet-languages = اللغات التي أتحدثها
claim-wallet-interests = الاهتمامات
claim-wallet-accent-color = لون ملفي
claim-wallet-photos = صور تختارها
claim-wallet-videos = فيديوهات تختارها
claim-updated-at = متى غيَّرت ملفك آخر مرة
claim-email = عنوان البريد الإلكتروني
claim-email-verified = هل تُحقق من عنوان بريدك
claim-phone-number = رقم الهاتف
claim-phone-number-verified = هل تُحقق من رقم هاتفك
claim-address = العنوان البريدي
claim-street-address = الشارع ورقم المنزل
claim-locality = المدينة
claim-region = الولاية أو المنطقة
claim-postal-code = الرمز البريدي
claim-country = البلد

profile-title = الملف الشخصي
profile-lead = أنت تختار سطرًا سطرًا ما يراه التطبيق. ما ليس هنا لا يمكن مشاركته.
profile-group-name = الاسم
profile-group-about = عنك
profile-group-address = العنوان
profile-group-region = اللغة والوقت
profile-group-social = الملف الاجتماعي
profile-nothing = لم يُضف
profile-shared-with =
    { $n ->
        [zero] غير مُشارَك مع أي تطبيق
        [one] مُشارَك مع تطبيق واحد
        [two] مُشارَك مع تطبيقين
        [few] مُشارَك مع { $n } تطبيقات
        [many] مُشارَك مع { $n } تطبيقًا
       *[other] مُشارَك مع { $n } تطبيق
    }
profile-edit-title = تغيير ملفك الشخصي
profile-edit-lead = اترك السطر فارغًا لإزالته من محفظتك.

hint-name = كما تحب أن تُنادى، في سطر واحد.
hint-preferred-username = قصير وبلا مسافات، مثل amina_y.
hint-gender = بكلماتك.
hint-profile = عنوان صفحة عنك يبدأ بـ https://
hint-website = يبدأ بـ https://
hint-phone-number = مع رمز البلد، مثل ‎+49 151 12345678.
hint-locale = رمز لغة، مثل en أو ar-EG.
hint-zoneinfo = مثل Europe/Berlin.
hint-wallet-display-name = الاسم الذي يمكن للمنصات الاجتماعية عرضه.
hint-wallet-headline = سطر واحد عنك.
hint-wallet-pronouns = مثل هو أو هي.
hint-wallet-location = كما تقوله عادةً: مدينة أو بلد.
hint-wallet-links = رابط في كل سطر، يبدأ بـ https://
hint-wallet-languages = رمز لغة في كل سطر، مثل en أو ar.
hint-wallet-interests = اهتمام في كل سطر، 20 على الأكثر.
hint-wallet-accent-color = مثل ‎#1d4ed8.

problem-line = هذا طويل جدًا أو فيه حروف لا نستطيع حفظها.
problem-url = أدخل عنوانًا يبدأ بـ https://
problem-phone = أدخل رقم هاتف مع رمز البلد، مثل ‎+49 151 12345678
problem-birthdate = أدخل تاريخًا صحيحًا في الماضي.
problem-locale = أدخل رمز لغة، مثل en أو ar-EG
problem-zoneinfo = أدخل منطقة زمنية، مثل Europe/Berlin
problem-color = أدخل لونًا، مثل ‎#1d4ed8
problem-list = أدخل عنصرًا في كل سطر: 20 على الأكثر، ولا يتجاوز أي منها 60 حرفًا.

### Badges, and what they prove.

badge-email-verified = عنوان البريد الإلكتروني مؤكَّد
badge-email-verified-proves = أُعيد رمز أُرسل إلى العنوان.
badge-phone-verified = رقم الهاتف مؤكَّد
badge-phone-verified-proves = أُعيد رمز أُرسل إلى الرقم في رسالة نصية.
badge-identity-verified = الهوية متحقَّق منها
badge-identity-verified-proves = قارن مراجعون وثيقة هوية بصاحبها. تُفحص الوثائق من صورها، ولا تُسأل أي جهة رسمية.
badge-age-over-13 = العمر 13 عامًا أو أكثر
badge-age-over-13-proves = تاريخ الميلاد في وثيقة الهوية المتحقَّق منها يعود إلى 13 عامًا على الأقل.
badge-age-over-16 = العمر 16 عامًا أو أكثر
badge-age-over-16-proves = تاريخ الميلاد في وثيقة الهوية المتحقَّق منها يعود إلى 16 عامًا على الأقل.
badge-age-over-18 = العمر 18 عامًا أو أكثر
badge-age-over-18-proves = تاريخ الميلاد في وثيقة الهوية المتحقَّق منها يعود إلى 18 عامًا على الأقل.
badge-age-over-21 = العمر 21 عامًا أو أكثر
badge-age-over-21-proves = تاريخ الميلاد في وثيقة الهوية المتحقَّق منها يعود إلى 21 عامًا على الأقل.
badge-photo-verified = الصورة تُظهر الشخص نفسه
badge-photo-verified-proves = قارن مراجع صورة الملف الشخصي بالشخص الظاهر في الوثيقة المتحقَّق منها.
badge-account-age-1y = محفظة أقدم من عام
badge-account-age-1y-proves = فُتحت المحفظة قبل 365 يومًا على الأقل.

## The page
badges-title = الشارات
badges-lead = ما ثبت عنك. لا يرى أي تطبيق شارة إلا إذا اخترتها له، ولا يرى أبدًا المستندات التي وراءها.
badges-trust = مستوى الثقة { $level } من 4.
badges-how = كيف يجري التحقق من الشارات
badges-since = منذ { $date }
badges-until = حتى { $date }
badges-renew = أثبته مجددًا
badges-remove = إزالة
badge-removed = أُزيلت الشارة. لم تعد التطبيقات تراها.
badge-state-active = سارية
badge-state-suspended = محل شك
badge-state-expired = منتهية
badge-state-revoked = مسحوبة
badge-state-removed = مُزالة
claim-wallet-trust = مستوى الثقة
claim-wallet-badges = الشارات
claim-age-over-13 = العمر 13 عامًا أو أكثر
claim-age-over-16 = العمر 16 عامًا أو أكثر
claim-age-over-18 = العمر 18 عامًا أو أكثر
claim-age-over-21 = العمر 21 عامًا أو أكثر
claim-verified-claims-given-name = الاسم الأول الرسمي
claim-verified-claims-family-name = اسم العائلة الرسمي
claim-verified-claims-birthdate = تاريخ الميلاد في وثيقتك
claim-verified-claims-nationalities = الجنسية
claim-verification-evidence = تفاصيل وثيقتك
claim-verification-document = أن مراجعًا واحدًا فحص الوثيقة
claim-verification-document-dual = أن مراجعَين فحصا الوثيقة
trust-level-of = { $level } من 4
answer-yes = نعم
answer-no = لا

## Kinds of badges, for everyone
badge-types-title = أنواع الشارات
badge-types-lead-html = ما تثبته كل شارة. طريقة التحقق موضحة في <a href="{ $href }">إطار الثقة</a>.
badge-type-slug = تعرفها التطبيقات باسم «{ $slug }».
badge-valid-days = { $count ->
    [one] تسري يومًا واحدًا بعد التحقق.
   *[other] تسري { $count } يومًا بعد التحقق.
}
badge-valid-document = { $count ->
    [one] تسري ما دام المستند ساريًا، يومًا واحدًا على الأكثر.
   *[other] تسري ما دام المستند ساريًا، { $count } يومًا على الأكثر.
}
badge-valid-identity = تسري ما دام التحقق من الهوية ساريًا.
badge-valid-lasting = تسري ما دامت صحيحة.

## The trust framework
trust-title = إطار الثقة
trust-lead = توضح هذه الصفحة معنى التحقق الذي تجريه هذه المحفظة، لتقرر التطبيقات مدى اعتمادها عليه.
trust-levels = المستويات
trust-control = control
trust-control-answer = عاد رمز أُرسل إلى عنوان أو رقم.
trust-document = document
trust-document-answer = قارن مراجع مدرَّب صور وثيقة هوية بصورة التقطها الشخص في الحال، مع تحدٍّ أُعدّ لهذه المرة وحدها.
trust-dual = document_dual
trust-dual-answer = فعل ذلك مراجعان كل على حدة واتفقا.
trust-not = ما لا ندّعيه
trust-not-answer = ينظر أشخاص إلى صور. لا يُسأل أي سجل، ولا تُقرأ أي شريحة، ولا يتعرف أي برنامج على الوجوه. لا يستوفي هذا معيار NIST SP 800-63A ولا أي مستوى من eIDAS، ولا يُقدَّم أبدًا على أنه يستوفيه.
trust-kept = ما يُحفظ
trust-kept-answer = تُتلف الصور بعد 7 أيام من الموافقة، و30 يومًا من الرفض، و90 يومًا من الاحتيال، ويوم من التخلي عن التحقق. لا يُحفظ رقم المستند إلا كبصمة بمفتاح تكشف محفظة ثانية بالمستند نفسه.

## The first page
home-badges-open = شاهد شاراتك

### Photos and videos.

media-title = Photos and videos
media-lead = They are kept sealed, and nobody sees them unless you share them. Where and when they were taken is removed.
media-checked-by-file-check = A file check looks at every upload; it is no virus scanner.
media-checked-by-scanner = A virus scanner looks at every upload before anybody can see it.
media-used = { $photos }, { $videos }, { $bytes } of { $most }
media-count-photos =
    { $n ->
        [one] { $n } photo
       *[other] { $n } photos
    }
media-count-videos =
    { $n ->
        [one] { $n } video
       *[other] { $n } videos
    }
media-megabytes = { $size } MB
media-hint = JPEG, PNG, WebP or GIF photos up to { $photo }; MP4, MOV or WebM videos up to { $video } and { $seconds } seconds.
media-file = Files
media-upload = Upload
media-album = Album
media-album-hint = You may leave this empty.
media-album-all = All albums
media-album-show = Show album
media-albums = Your albums:
media-show = Show
media-empty = There is nothing here yet.
media-older = Older photos and videos
media-video = Video
media-a-photo = Photo
media-a-video = Video
media-sending = Uploading …
media-sent = Uploaded. It is being checked and prepared …
media-ready = Done.
media-refused = It was refused.
media-again = That did not work. Choose the file again to go on.

media-state-uploading = Uploading
media-state-quarantined = Being checked
media-state-processing = Being prepared
media-state-rejected = Refused
media-state-trashed = In the trash
media-told-uploading = Not all of it has arrived yet. Choose the same file again to go on.
media-told-quarantined = It waits for its check. Until then nobody can see it, and neither can you.
media-told-processing = It is being prepared. This takes a few seconds.
media-look-again = Look again
media-told-trashed = Nobody but you can see it. It will be deleted for good later.
media-rejected-malware = The check found something harmful in it, so it was destroyed.
media-rejected-decode = It could not be read as a photo or video. Perhaps the file is damaged.
media-rejected-duration = The video is too long.
media-rejected-pixels = The photo has too many pixels.
media-rejected-policy = It holds more than a photo or video, or a kind of video that we do not take.

media-alike = You have a photo that looks the same
media-item-title = Title
media-alt = Description
media-alt-hint = For people who cannot see it.
media-facts = Details
media-fact-file = Name of the file
media-fact-size = Size in pixels
media-fact-length = Length
media-fact-bytes = Room that it takes
media-fact-added = Added
media-seconds =
    { $n ->
        [one] { $n } second
       *[other] { $n } seconds
    }
media-delete = Move to the trash
media-restore = Restore
media-destroy = Delete for good
media-back = Back to your photos and videos
media-trash-title = Trash
media-trash-lead =
    { $n ->
        [one] What you delete stays here for { $n } day, then it is destroyed.
       *[other] What you delete stays here for { $n } days, then it is destroyed.
    }
media-trash-empty = The trash is empty.

media-taken = Your upload has arrived.
media-trashed = It is in the trash.
media-restored = It is back.
media-destroyed = It is deleted for good.

media-problem-no-file = Choose a file to upload
media-problem-type = Choose a JPEG, PNG, WebP or GIF photo, or an MP4, MOV or WebM video
media-problem-heif = HEIC and AVIF photos cannot be shown everywhere. Choose the photo as JPEG
media-problem-large = The file is too large: at most { $most }
media-problem-photos = Your wallet holds as many photos as it can. Delete some first
media-problem-videos = Your wallet holds as many videos as it can. Delete some first
media-problem-bytes = There is not enough room. Delete something first
media-problem-cut = The upload was cut off. Try again

media-make-picture = Use as my picture
line-pick-media = Tick the ones that you share. What you add later is not among them.
problem-too-many-picks = An app can see 200 photos and videos at most. Untick some.
picture-title = Your picture
picture-lead = Choose one of your photos. Apps that may see your picture get a link to it, which ends when you stop sharing.
picture-none = No picture
picture-upload = Upload a photo

//! Small films with the place where they were taken in every corner: for tests of pure rules and through the doors.
#![allow(dead_code, reason = "each test takes what it needs")]

/// What cameras write of the place.
pub const PLACE: &[u8] = b"+52.5200+013.4050/";

const BLOCK: u32 = 0xa1;
const BLOCK_GROUP: u32 = 0xa0;
const CLUSTER: u32 = 0x1f43_b675;
const CODEC: u32 = 0x86;
const DURATION: u32 = 0x4489;
const EBML: u32 = 0x1a45_dfa3;
const HEIGHT: u32 = 0xba;
const INFO: u32 = 0x1549_a966;
const MUXING_APP: u32 = 0x4d80;
const SCALE: u32 = 0x2a_d7b1;
const SEGMENT: u32 = 0x1853_8067;
const SIMPLE_BLOCK: u32 = 0xa3;
const TIMECODE: u32 = 0xe7;
const TRACKS: u32 = 0x1654_ae6b;
const TRACK_ENTRY: u32 = 0xae;
const TRACK_NAME: u32 = 0x536e;
const TRACK_NUMBER: u32 = 0xd7;
const TRACK_TYPE: u32 = 0x83;
const VIDEO: u32 = 0xe0;
const VOID: u32 = 0xec;
const WIDTH: u32 = 0xb0;

pub fn boxed(kind: &[u8; 4], parts: &[Vec<u8>]) -> Vec<u8> {
    let body = parts.concat();
    let mut out = (body.len() as u32 + 8).to_be_bytes().to_vec();
    out.extend(kind);
    out.extend(body);
    out
}

fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_be_bytes()).collect()
}

fn track(handler: &[u8; 4], entry: &[u8; 4], chunk_at: u32, sample: u32) -> Vec<u8> {
    let mut header = words(&[0, 11, 12, 1, 0, 3000]);
    header.resize(84 - 8 - 36, 0);
    header.extend(words(&[0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000, 640 << 16, 480 << 16]));
    let mut hdlr = words(&[0, 0]);
    hdlr.extend(handler);
    hdlr.extend([0; 12]);
    hdlr.extend(b"Amina's camera\0");
    let table = [
        boxed(b"stsd", &[words(&[0, 1]), boxed(entry, &[vec![0; 78]])]),
        boxed(b"stsc", &[words(&[0, 1, 1, 1, 1])]),
        boxed(b"stsz", &[words(&[0, sample, 1])]),
        boxed(b"stco", &[words(&[0, 1, chunk_at])]),
    ];
    let media = [
        boxed(b"mdhd", &[words(&[0, 11, 12, 1000, 3000, 0])]),
        boxed(b"hdlr", &[hdlr]),
        boxed(b"minf", &[boxed(b"stbl", &table)]),
        boxed(b"udta", &[b"+52.5200+013.4050/".to_vec()]),
    ];
    boxed(b"trak", &[boxed(b"tkhd", &[header]), boxed(b"mdia", &media)])
}

/// A small MP4 or MOV with its place in every corner where cameras write it; `more`: so many bytes of pictures.
pub fn mp4(brand: &[u8; 4], more: usize) -> Vec<u8> {
    let file_type = boxed(b"ftyp", &[brand.to_vec(), vec![0; 4], brand.to_vec()]);
    let place = PLACE.to_vec();
    let data_at = file_type.len() as u32 + 8;
    let mut picture = b"pictures and sound".to_vec();
    picture.resize(picture.len() + more, 0xa5);
    let data = boxed(b"mdat", &[picture.clone(), place.clone()]);
    let location = boxed(b"\xa9xyz", &[words(&[0x0012_15c7]), place.clone()]);
    let mut movie = words(&[0, 11, 12, 1000, 3000]);
    movie.resize(100, 0);
    let movie = boxed(
        b"moov",
        &[
            boxed(b"mvhd", &[movie]),
            boxed(b"udta", &[location]),
            boxed(b"meta", &[words(&[0]), b"com.apple.quicktime.location.ISO6709".to_vec(), place.clone()]),
            track(b"vide", b"avc1", data_at, picture.len() as u32),
            track(b"meta", b"gpmd", data_at + picture.len() as u32, place.len() as u32),
        ],
    );
    let other = boxed(b"uuid", &[vec![7; 16], b"<x:xmpmeta>".to_vec(), place]);
    [file_type, data, movie, other, boxed(b"free", &[PLACE.to_vec()])].concat()
}

fn element(id: u32, body: &[u8]) -> Vec<u8> {
    let id: Vec<u8> = id.to_be_bytes().into_iter().skip_while(|b| *b == 0).collect();
    let mut size = (body.len() as u64).to_be_bytes();
    size[0] |= 1;
    [id, size.to_vec(), body.to_vec()].concat()
}

/// A small WebM with its place among the tags, attachments, chapters and a track of its own.
pub fn webm(is_live: bool) -> Vec<u8> {
    let track = |number: u8, kind: u8, codec: &[u8], more: Vec<u8>| {
        let parts = [
            element(TRACK_NUMBER, &[number]),
            element(TRACK_TYPE, &[kind]),
            element(CODEC, codec),
            element(TRACK_NAME, PLACE),
            more,
        ];
        element(TRACK_ENTRY, &parts.concat())
    };
    let size = element(VIDEO, &[element(WIDTH, &[2, 128]), element(HEIGHT, &[1, 224])].concat());
    let info = [
        element(SCALE, &1_000_000_u32.to_be_bytes()),
        element(DURATION, &2500.0_f64.to_be_bytes()),
        element(0x7ba9, PLACE),
        element(0x4461, &[1; 8]),
        element(MUXING_APP, b"camera"),
    ];
    let tracks = [track(1, 1, b"V_VP9", size), track(2, 0x11, b"D_WEBVTT/METADATA", Vec::new())];
    let block = |track: u8, data: &[u8]| [&[0x80 | track, 0, 0, 0x80], data].concat();
    let blocks = [
        element(TIMECODE, &[3]),
        element(SIMPLE_BLOCK, &block(1, b"pictures")),
        element(SIMPLE_BLOCK, &block(2, PLACE)),
        element(BLOCK_GROUP, &element(BLOCK, &block(2, PLACE))),
    ];
    let cluster = element(CLUSTER, &blocks.concat());
    let parts = [
        element(INFO, &info.concat()),
        element(TRACKS, &tracks.concat()),
        element(0x1941_a469, PLACE),
        cluster,
        element(0x1043_a770, PLACE),
        element(0x1254_c367, PLACE),
        element(VOID, PLACE),
    ];
    let mut film =
        [element(EBML, &[0x42, 0x82, 0x84, b'w', b'e', b'b', b'm']), element(SEGMENT, &parts.concat())].concat();
    if is_live {
        for id in [SEGMENT, CLUSTER] {
            let at = film.windows(4).position(|w| w == id.to_be_bytes()).unwrap();
            film[at + 4..at + 12].copy_from_slice(&[1, 255, 255, 255, 255, 255, 255, 255]);
        }
    }
    film
}

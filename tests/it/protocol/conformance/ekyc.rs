//! `ekyc-test-plan-oidccore`, with answers in ID Token and UserInfo.

use super::mode::Mode;

plan! { code: Mode::of("code");
    ekyc::ekyc_server_happypath,
    ekyc::ekyc_server_happypath_emptyobject,
    ekyc::ekyc_server_happypath_essentialfalse,
    ekyc::ekyc_server_unknown_claim_omitted,
    ekyc::ekyc_server_unknown_essential_claim_omitted,
    ekyc::ekyc_server_unknown_claim_specialchars_omitted,
    ekyc::ekyc_server_one_claim_with_random_value_omitted,
    ekyc::ekyc_server_request_only_in_idtoken,
    ekyc::ekyc_server_request_only_in_userinfo,
    ekyc::ekyc_server_testuserprovidedrequest,
    ekyc::ekyc_server_testbasedonuserinfo_defaults,
    ekyc::ekyc_server_test_userinfo_notfoundinop,
}

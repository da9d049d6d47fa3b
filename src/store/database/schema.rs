//! diesel tables; portable column types only, the same in both databases.

diesel::table! {
    settings (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    accounts (id) {
        id -> Text,
        state -> Text,
        role -> Text,
        locale -> Nullable<Text>,
        revision -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    account_keys (account_id) {
        account_id -> Text,
        wrapped -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    passwords (account_id) {
        account_id -> Text,
        hash -> Text,
        changed_at -> BigInt,
    }
}

diesel::table! {
    contacts (id) {
        id -> Text,
        account_id -> Text,
        kind -> Text,
        address -> Binary,
        lookup -> Binary,
        is_primary -> Bool,
        verified_at -> Nullable<BigInt>,
        created_at -> BigInt,
        contested_at -> Nullable<BigInt>,
        undeliverable_at -> Nullable<BigInt>,
        place -> Integer,
    }
}

diesel::table! {
    challenges (id) {
        id -> Text,
        purpose -> Text,
        lookup -> Binary,
        account_id -> Nullable<Text>,
        address -> Binary,
        code -> Binary,
        attempts -> Integer,
        created_at -> BigInt,
        expires_at -> BigInt,
        proven_at -> Nullable<BigInt>,
        used_at -> Nullable<BigInt>,
        link -> Nullable<Binary>,
        link_until -> Nullable<BigInt>,
        undeliverable_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    counters (name) {
        name -> Binary,
        count -> BigInt,
        since -> BigInt,
        latest -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        digest -> Binary,
        account_id -> Text,
        acr -> Text,
        amr -> Text,
        auth_time -> BigInt,
        created_at -> BigInt,
        seen_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        remembered -> Bool,
        address_prefix -> Nullable<Text>,
        agent -> Nullable<Text>,
    }
}

diesel::table! {
    profile_values (account_id, name) {
        account_id -> Text,
        name -> Text,
        value -> Binary,
        source -> Text,
        verified_at -> Nullable<BigInt>,
        updated_at -> BigInt,
    }
}

diesel::table! {
    clients (id) {
        id -> Text,
        metadata -> Text,
        state -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    client_secrets (id) {
        id -> Text,
        client_id -> Text,
        digest -> Binary,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    grants (id) {
        id -> Text,
        account_id -> Text,
        client_id -> Text,
        state -> Text,
        epoch -> Integer,
        scope -> Text,
        claims -> Text,
        offered -> Text,
        duration -> Text,
        client_seen -> Binary,
        created_at -> BigInt,
        confirmed_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        end_reason -> Nullable<Text>,
        picks -> Text,
        paused_at -> Nullable<BigInt>,
        expiry_noted -> Bool,
    }
}

diesel::table! {
    token_families (id) {
        id -> Text,
        state -> Text,
        client_id -> Text,
        account_id -> Text,
        grant_id -> Text,
        grant_epoch -> Integer,
        session_id -> Nullable<Text>,
        redirect_uri -> Text,
        code_challenge -> Nullable<Text>,
        nonce -> Nullable<Text>,
        scope -> Text,
        claims -> Nullable<Text>,
        authorization_details -> Nullable<Text>,
        acr -> Text,
        amr -> Text,
        auth_time -> BigInt,
        wants_auth_time -> Bool,
        binding -> Nullable<Text>,
        offline -> Bool,
        generation -> Integer,
        rotated_at -> Nullable<BigInt>,
        created_at -> BigInt,
        code_expires_at -> BigInt,
        idle_expires_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        end_reason -> Nullable<Text>,
        resources -> Nullable<Text>,
        actor -> Nullable<Text>,
    }
}

diesel::table! {
    backchannel_requests (id) {
        id -> Text,
        client_id -> Text,
        account_id -> Text,
        state -> Text,
        payload -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    subjects (sub) {
        sub -> Text,
        account_id -> Text,
    }
}

diesel::table! {
    revoked_tokens (jti) {
        jti -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    used_assertions (digest) {
        digest -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        alg -> Text,
        private -> Binary,
        created_at -> BigInt,
        active_at -> BigInt,
        retired_at -> Nullable<BigInt>,
        removed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    audit_events (id) {
        id -> Text,
        at -> BigInt,
        event -> Text,
        account_id -> Nullable<Text>,
        client_id -> Nullable<Text>,
        grant_id -> Nullable<Text>,
        channel -> Nullable<Text>,
        outcome -> Text,
        requested -> Nullable<Text>,
        released -> Nullable<Text>,
        reason -> Nullable<Text>,
        address_prefix -> Nullable<Text>,
        agent -> Nullable<Text>,
        request_id -> Nullable<Text>,
        mac -> Nullable<Binary>,
    }
}

diesel::table! {
    jobs (id) {
        id -> Text,
        kind -> Text,
        payload -> Binary,
        state -> Text,
        attempts -> Integer,
        run_at -> BigInt,
        locked_until -> Nullable<BigInt>,
        created_at -> BigInt,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    initial_tokens (id) {
        id -> Text,
        digest -> Binary,
        label -> Text,
        uses -> Integer,
        most_uses -> Integer,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    registrations (client_id) {
        client_id -> Text,
        digest -> Binary,
        statement -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    client_documents (client_id) {
        client_id -> Text,
        fetched_at -> BigInt,
    }
}

diesel::table! {
    session_clients (session_id, client_id) {
        session_id -> Text,
        client_id -> Text,
        account_id -> Text,
    }
}

diesel::table! {
    media_assets (id) {
        id -> Text,
        account_id -> Text,
        kind -> Text,
        state -> Text,
        reason -> Nullable<Text>,
        content_key -> Nullable<Binary>,
        details -> Binary,
        bytes -> BigInt,
        media_type -> Nullable<Text>,
        width -> Integer,
        height -> Integer,
        duration_ms -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        trashed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    media_variants (asset_id, name) {
        asset_id -> Text,
        name -> Text,
        media_type -> Text,
        bytes -> BigInt,
        width -> Integer,
        height -> Integer,
        etag -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    media_uploads (asset_id) {
        asset_id -> Text,
        size -> BigInt,
        digest -> Nullable<Binary>,
        expires_at -> BigInt,
    }
}

diesel::table! {
    badges (id) {
        id -> Text,
        account_id -> Text,
        kind -> Text,
        thing -> Text,
        state -> Text,
        level -> Nullable<Text>,
        case_id -> Nullable<Text>,
        issuer -> Nullable<Text>,
        detail -> Nullable<Binary>,
        verified_at -> BigInt,
        issued_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        changed_at -> BigInt,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    identity_facts (account_id) {
        account_id -> Text,
        case_id -> Text,
        facts -> Binary,
        document_lookup -> Binary,
        verified_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    audit_head (id) {
        id -> Integer,
        seq -> BigInt,
        hash -> Binary,
        began_at -> BigInt,
    }
}

diesel::table! {
    audit_links (seq) {
        seq -> BigInt,
        event_id -> Nullable<Text>,
        at -> BigInt,
        keyed -> Bool,
        commitment -> Binary,
        hash -> Binary,
        removed_by -> Nullable<BigInt>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    audit_checkpoints (first_seq) {
        first_seq -> BigInt,
        last_seq -> BigInt,
        token -> Text,
        made_at -> BigInt,
    }
}

diesel::table! {
    lasting_keys (kid) {
        kid -> Text,
        jwk -> Text,
        mac -> Binary,
        since -> BigInt,
    }
}

diesel::table! {
    receipts (id) {
        id -> Text,
        account_id -> Text,
        grant_id -> Text,
        client_id -> Text,
        event -> Text,
        at -> BigInt,
        token -> Text,
    }
}

diesel::table! {
    erasure_requests (id) {
        id -> Text,
        account_id -> Text,
        client_id -> Text,
        grant_id -> Text,
        state -> Text,
        status_uri -> Nullable<Text>,
        confirmation_code -> Nullable<Text>,
        reason -> Nullable<Text>,
        reminders -> Integer,
        created_at -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    app_reports (id) {
        id -> Text,
        account_id -> Text,
        client_id -> Text,
        category -> Text,
        words -> Binary,
        created_at -> BigInt,
        closed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    digests (account_id) {
        account_id -> Text,
        every -> Text,
        told_at -> BigInt,
    }
}

diesel::table! {
    exports (id) {
        id -> Text,
        account_id -> Text,
        state -> Text,
        content_key -> Nullable<Binary>,
        total -> Integer,
        done -> Integer,
        bytes -> BigInt,
        reason -> Nullable<Text>,
        created_at -> BigInt,
        changed_at -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    export_files (export_id, number) {
        export_id -> Text,
        number -> Integer,
        etag -> Text,
        bytes -> BigInt,
        details -> Binary,
    }
}

diesel::table! {
    imports (id) {
        id -> Text,
        account_id -> Text,
        state -> Text,
        content_key -> Nullable<Binary>,
        etag -> Text,
        bytes -> BigInt,
        reason -> Nullable<Text>,
        report -> Binary,
        created_at -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    deletions (id) {
        id -> Text,
        account_id -> Nullable<Text>,
        state -> Text,
        cause -> Text,
        step -> Integer,
        letter -> Nullable<Binary>,
        inventory -> Text,
        receipt -> Nullable<Text>,
        requested_at -> BigInt,
        due_at -> BigInt,
        done_at -> Nullable<BigInt>,
        verified_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    tombstones (lookup) {
        lookup -> Binary,
        deleted_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    account_use (account_id) {
        account_id -> Text,
        seen_at -> BigInt,
        notices -> Integer,
        told_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    linked_accounts (id) {
        id -> Text,
        account_id -> Text,
        provider -> Text,
        issuer -> Text,
        lookup -> Binary,
        name -> Nullable<Binary>,
        linked_at -> BigInt,
    }
}

diesel::table! {
    badge_definitions (id) {
        id -> Text,
        client_id -> Text,
        slug -> Text,
        name -> Text,
        description -> Text,
        criteria -> Text,
        state -> Text,
        created_at -> BigInt,
        decided_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    badge_offers (id) {
        id -> Text,
        definition_id -> Text,
        account_id -> Text,
        state -> Text,
        evidence -> Nullable<Binary>,
        badge_id -> Nullable<Text>,
        expires_at -> BigInt,
        answer_by -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    verification_cases (id) {
        id -> Text,
        account_id -> Text,
        state -> Text,
        revision -> BigInt,
        kind -> Text,
        country -> Text,
        wanted -> Text,
        details -> Nullable<Binary>,
        document_lookup -> Nullable<Binary>,
        round -> Integer,
        is_appeal -> Bool,
        two_person -> Bool,
        reviewer_id -> Nullable<Text>,
        locked_until -> Nullable<BigInt>,
        renewals -> Integer,
        reasons -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        consented_at -> Nullable<BigInt>,
        queued_at -> Nullable<BigInt>,
        decided_at -> Nullable<BigInt>,
        purge_after -> Nullable<BigInt>,
        purged_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    evidence_objects (id) {
        id -> Text,
        case_id -> Text,
        kind -> Text,
        state -> Text,
        content_key -> Nullable<Binary>,
        etag -> Text,
        media_type -> Text,
        bytes -> BigInt,
        width -> Integer,
        height -> Integer,
        sharpness -> Integer,
        sha256 -> Binary,
        fingerprint -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    review_decisions (case_id, round, seat) {
        case_id -> Text,
        round -> Integer,
        seat -> Text,
        reviewer_id -> Nullable<Text>,
        outcome -> Text,
        reasons -> Text,
        checklist -> Text,
        note -> Nullable<Binary>,
        decided_at -> BigInt,
    }
}

diesel::table! {
    text_messages (id) {
        id -> Text,
        account_id -> Text,
        lookup -> Binary,
        prefix -> Binary,
        state -> Text,
        code -> Nullable<Text>,
        gateway_id -> Nullable<Text>,
        held_until -> Nullable<BigInt>,
        created_at -> BigInt,
        changed_at -> BigInt,
        answered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    changes (account_id, seq, n) {
        account_id -> Text,
        seq -> BigInt,
        n -> Integer,
        resource -> Text,
        item -> Text,
        op -> Text,
        pick -> Nullable<Text>,
        is_main -> Bool,
        grant_id -> Nullable<Text>,
        at -> BigInt,
    }
}

diesel::table! {
    client_changes (id) {
        id -> Text,
        client_id -> Text,
        grant_id -> Text,
        account_id -> Text,
        resources -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    webhook_endpoints (id) {
        id -> Text,
        client_id -> Text,
        url -> Text,
        events -> Text,
        scheme -> Text,
        secret -> Binary,
        old_secret -> Nullable<Binary>,
        old_until -> Nullable<BigInt>,
        state -> Text,
        reason -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    webhook_messages (id) {
        id -> Text,
        endpoint_id -> Text,
        account_id -> Nullable<Text>,
        kind -> Text,
        news -> Text,
        state -> Text,
        attempts -> Integer,
        outcome -> Nullable<Text>,
        created_at -> BigInt,
        tried_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    ssf_streams (id) {
        id -> Text,
        client_id -> Text,
        method -> Text,
        push_url -> Nullable<Text>,
        push_authorization -> Nullable<Binary>,
        events_requested -> Nullable<Text>,
        description -> Nullable<Text>,
        status -> Text,
        reason -> Nullable<Text>,
        is_full -> Bool,
        verified_at -> Nullable<BigInt>,
        busy_until -> Nullable<BigInt>,
        failures -> Integer,
        retry_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    ssf_removed_subjects (stream_id, account_id) {
        stream_id -> Text,
        account_id -> Text,
    }
}

diesel::table! {
    ssf_events (id) {
        id -> Text,
        stream_id -> Text,
        account_id -> Nullable<Text>,
        kind -> Text,
        news -> Text,
        created_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    settings,
    accounts,
    account_keys,
    passwords,
    contacts,
    challenges,
    counters,
    sessions,
    profile_values,
    clients,
    client_secrets,
    grants,
    token_families,
    backchannel_requests,
    subjects,
    revoked_tokens,
    used_assertions,
    signing_keys,
    audit_events,
    jobs,
    initial_tokens,
    registrations,
    client_documents,
    session_clients,
    media_assets,
    media_variants,
    media_uploads,
    badges,
    identity_facts,
    audit_head,
    audit_links,
    audit_checkpoints,
    lasting_keys,
    receipts,
    erasure_requests,
    app_reports,
    digests,
    exports,
    export_files,
    imports,
    deletions,
    tombstones,
    account_use,
    linked_accounts,
    badge_definitions,
    badge_offers,
    verification_cases,
    evidence_objects,
    review_decisions,
    changes,
    client_changes,
    webhook_endpoints,
    webhook_messages,
    ssf_streams,
    ssf_removed_subjects,
    ssf_events,
);

DROP TABLE media_uploads;
DROP TABLE media_variants;
DROP TABLE media_assets;

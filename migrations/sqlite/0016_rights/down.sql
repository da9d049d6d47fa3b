DROP TABLE account_use;
DROP TABLE tombstones;
DROP TABLE deletions;
DROP TABLE imports;
DROP TABLE export_files;
DROP TABLE exports;

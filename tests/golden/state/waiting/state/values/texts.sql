PRAGMA application_id = 0;
PRAGMA user_version = 0;
BEGIN TRANSACTION;
CREATE TABLE texts (
    field TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (field, fingerprint)
) WITHOUT ROWID;
INSERT INTO "texts" VALUES('','9dde64d95c51520c','- Small lenses see large skies.');
INSERT INTO "texts" VALUES('','a06ad607a5e56165','- Soup is stirred downhill, slowly.');
INSERT INTO "texts" VALUES('','cbcc1ae56dc20cf0','- Many of them see more.');
INSERT INTO "texts" VALUES('','effc05baa50723b9','- Soup is stirred downhill.');
INSERT INTO "texts" VALUES('arxiv','12b979218121500e','2405.10007');
INSERT INTO "texts" VALUES('arxiv','7255d7c974d59013','2305.10006');
INSERT INTO "texts" VALUES('arxiv','8950e76101644f91','2301.10003');
INSERT INTO "texts" VALUES('arxiv','9a59cd764c689998','2201.10001');
INSERT INTO "texts" VALUES('arxiv','bde42879bdeaceba','2205.10005');
INSERT INTO "texts" VALUES('links','9f3ae355308969c4','code
https://github.com/b/survey');
INSERT INTO "texts" VALUES('links','f0d543c076da11ef','code
https://github.com/a/lenses');
INSERT INTO "texts" VALUES('task','085a4201ff78500d','astronomy');
INSERT INTO "texts" VALUES('task','7cf6fb13e3b2d94f','cooking');
INSERT INTO "texts" VALUES('title','2ea18382fcfff46c','Cooking Soup with Gradients');
INSERT INTO "texts" VALUES('title','3ffc76383ace5ed5','Looking at the Sea');
INSERT INTO "texts" VALUES('title','5d3e7d7697d281f5','Small Lenses for Large Skies');
INSERT INTO "texts" VALUES('title','5d7abed9a1e283c6','Looking at the Northern Sea');
INSERT INTO "texts" VALUES('title','ce0cdf7f0224326d','A Survey of Small Telescopes');
INSERT INTO "texts" VALUES('title','fe3b195504e3fd23','Words for Winds');
INSERT INTO "texts" VALUES('venue','3fb22dd09e18a2a7','ACL');
INSERT INTO "texts" VALUES('venue','ac80e1431d455d2f','ICCV');
INSERT INTO "texts" VALUES('venue','d0a963ca4dace015','CVPR');
INSERT INTO "texts" VALUES('venue','f959b882e8b44687','arXiv');
INSERT INTO "texts" VALUES('year','05d3eca04f84aa68','2023');
INSERT INTO "texts" VALUES('year','1cbe06c49dff434d','2022');
INSERT INTO "texts" VALUES('year','46e7af11cb0174e2','2024');
COMMIT;

PRAGMA application_id = 2053393513;
PRAGMA user_version = 2;
BEGIN TRANSACTION;
CREATE TABLE collections (
            key TEXT PRIMARY KEY,
            version INTEGER NOT NULL,
            parent TEXT REFERENCES collections (key) ON DELETE CASCADE,
            name TEXT NOT NULL,
            trashed INTEGER NOT NULL
        , relations TEXT NOT NULL DEFAULT '{}');
INSERT INTO "collections" VALUES('UE3K8JRW',1,NULL,'Reading',0,'{}');
INSERT INTO "collections" VALUES('SGLLVT46',2,NULL,'list',0,'{}');
INSERT INTO "collections" VALUES('AHJIWPBL',3,'UE3K8JRW','notes',0,'{}');
INSERT INTO "collections" VALUES('8UDZS6K3',4,'SGLLVT46','Vision',0,'{}');
INSERT INTO "collections" VALUES('CF656K68',5,'SGLLVT46','Language',0,'{}');
CREATE TABLE deletions (
            kind TEXT NOT NULL,
            key TEXT NOT NULL,
            version INTEGER NOT NULL, created_by INTEGER,
            PRIMARY KEY (kind, key)
        ) WITHOUT ROWID;
CREATE TABLE items (
            key TEXT PRIMARY KEY,
            version INTEGER NOT NULL,
            parent TEXT REFERENCES items (key) ON DELETE CASCADE,
            data TEXT NOT NULL
        , created_by INTEGER, modified_by INTEGER);
INSERT INTO "items" VALUES('WZYES4IP',6,NULL,'{"creators":[],"date":"2022","dateAdded":"2026-11-22T13:07:45Z","dateModified":"2026-11-22T13:07:45Z","extra":"arXiv: 2201.10001","itemType":"conferencePaper","proceedingsTitle":"Proceedings of the IEEE/CVF Conference on Computer Vision and Pattern Recognition","publisher":"IEEE","relations":{},"tags":[{"tag":"task:astronomy"},{"tag":"venue:CVPR"}],"title":"Small Lenses for Large Skies","url":"https://arxiv.org/abs/2201.10001"}',NULL,NULL);
INSERT INTO "items" VALUES('7RA9P4PT',16,NULL,'{"DOI":"10.48550/arXiv.2301.10003","archiveID":"arXiv:2301.10003","creators":[],"date":"2024","dateAdded":"2026-11-22T13:07:45Z","dateModified":"2026-11-22T13:07:51Z","itemType":"preprint","relations":{},"repository":"arXiv","tags":[{"tag":"task:cooking"}],"title":"Cooking Soup with Gradients","url":"https://arxiv.org/abs/2301.10003"}',NULL,NULL);
INSERT INTO "items" VALUES('GKHM9NAF',8,NULL,'{"creators":[],"date":"2022","dateAdded":"2026-11-22T13:07:45Z","dateModified":"2026-11-22T13:07:45Z","extra":"arXiv: 2205.10005","itemType":"conferencePaper","proceedingsTitle":"Proceedings of the IEEE/CVF Conference on Computer Vision and Pattern Recognition","publisher":"IEEE","relations":{},"tags":[{"tag":"venue:CVPR"}],"title":"A Survey of Small Telescopes","url":"https://arxiv.org/abs/2205.10005"}',NULL,NULL);
INSERT INTO "items" VALUES('KMBGHGE5',19,NULL,'{"creators":[],"date":"2023","dateAdded":"2026-11-22T13:07:45Z","dateModified":"2026-11-22T13:08:00Z","extra":"arXiv: 2305.10006","itemType":"conferencePaper","proceedingsTitle":"Proceedings of the IEEE/CVF International Conference on Computer Vision","publisher":"IEEE","relations":{},"tags":[{"tag":"venue:ICCV"}],"title":"Looking at the Northern Sea","url":"https://arxiv.org/abs/2305.10006"}',NULL,NULL);
INSERT INTO "items" VALUES('LFYWLZXM',10,NULL,'{"creators":[],"date":"2024","dateAdded":"2026-11-22T13:07:45Z","dateModified":"2026-11-22T13:07:45Z","extra":"arXiv: 2405.10007","itemType":"conferencePaper","proceedingsTitle":"Proceedings of the 62nd Annual Meeting of the Association for Computational Linguistics","publisher":"Association for Computational Linguistics","relations":{},"tags":[{"tag":"venue:ACL"}],"title":"Words for Winds","url":"https://arxiv.org/abs/2405.10007"}',NULL,NULL);
INSERT INTO "items" VALUES('MS8XB6CV',11,'WZYES4IP','{"dateAdded":"2026-11-22T13:07:45Z","dateModified":"2026-11-22T13:07:45Z","itemType":"attachment","linkMode":"linked_url","relations":{},"tags":[],"title":"code","url":"https://github.com/a/lenses"}',NULL,NULL);
INSERT INTO "items" VALUES('Q2ZFWX3Q',12,'WZYES4IP','{"dateAdded":"2026-11-22T13:07:45Z","dateModified":"2026-11-22T13:07:45Z","itemType":"note","note":"<div data-schema-version=\"9\"><h2 id=\"zd-aaqg479i57\">Summary · notes</h2>\n<ul>\n<li>\nSmall lenses see large skies.\n</li>\n<li>\nMany of them see more.\n</li>\n</ul>\n</div>","relations":{},"tags":[]}',NULL,NULL);
INSERT INTO "items" VALUES('Y9PG47MD',15,'7RA9P4PT','{"dateAdded":"2026-11-22T13:07:45Z","dateModified":"2026-11-22T13:07:48Z","itemType":"note","note":"<div data-schema-version=\"9\"><h2 id=\"zd-7xxrjdc5hg\">Summary · notes</h2>\n<ul>\n<li>\nSoup is stirred downhill, slowly.\n</li>\n</ul>\n</div>","relations":{},"tags":[]}',NULL,NULL);
INSERT INTO "items" VALUES('X2ZB3JM5',14,'GKHM9NAF','{"dateAdded":"2026-11-22T13:07:45Z","dateModified":"2026-11-22T13:07:45Z","itemType":"attachment","linkMode":"linked_url","relations":{},"tags":[],"title":"code","url":"https://github.com/b/survey"}',NULL,NULL);
CREATE TABLE library (identity TEXT NOT NULL, version INTEGER NOT NULL);
INSERT INTO "library" VALUES('embedded:b832e774cda3cb0a',19);
CREATE TABLE memberships (
            item TEXT NOT NULL REFERENCES items (key) ON DELETE CASCADE,
            collection TEXT NOT NULL REFERENCES collections (key) ON DELETE CASCADE,
            PRIMARY KEY (item, collection)
        ) WITHOUT ROWID;
INSERT INTO "memberships" VALUES('GKHM9NAF','8UDZS6K3');
INSERT INTO "memberships" VALUES('KMBGHGE5','8UDZS6K3');
INSERT INTO "memberships" VALUES('WZYES4IP','8UDZS6K3');
INSERT INTO "memberships" VALUES('7RA9P4PT','AHJIWPBL');
INSERT INTO "memberships" VALUES('WZYES4IP','AHJIWPBL');
INSERT INTO "memberships" VALUES('LFYWLZXM','CF656K68');
CREATE INDEX items_by_parent ON items (parent);
CREATE INDEX collections_by_parent ON collections (parent);
CREATE INDEX memberships_by_collection ON memberships (collection);
CREATE INDEX items_with_related ON items (key) WHERE instr(data, '"dc:relation"') > 0;
COMMIT;

BEGIN TRANSACTION;
CREATE TABLE claim (
	update_id VARCHAR(200) NOT NULL,
	token VARCHAR(64) NOT NULL,
	PRIMARY KEY (update_id)
);
INSERT INTO "claim" VALUES('login/01','0123456789abcdef0123456789abcdef');
CREATE TABLE delivery (
	update_number INTEGER NOT NULL,
	subscriber_id INTEGER NOT NULL,
	state VARCHAR(16) NOT NULL,
	reply VARCHAR(40) DEFAULT '' NOT NULL,
	attempts INTEGER DEFAULT '0' NOT NULL,
	doubts INTEGER DEFAULT '0' NOT NULL,
	resent INTEGER DEFAULT '0' NOT NULL,
	changed_at DATETIME NOT NULL,
	PRIMARY KEY (update_number, subscriber_id),
	CONSTRAINT state_is_known CHECK (state IN ('queued', 'sending', 'accepted', 'deferred', 'failed', 'in_doubt', 'superseded', 'suppressed')),
	FOREIGN KEY(update_number) REFERENCES known_update (number),
	FOREIGN KEY(subscriber_id) REFERENCES subscriber (id)
);
INSERT INTO "delivery" VALUES(1,1,'queued','',0,0,0,'2026-11-21 02:04:00.000000');
INSERT INTO "delivery" VALUES(1,2,'sending','451',2,0,0,'2026-11-21 02:04:00.000000');
INSERT INTO "delivery" VALUES(1,3,'accepted','',2,0,1,'2026-11-21 02:04:00.000000');
INSERT INTO "delivery" VALUES(1,4,'deferred','451 4.7.1',2,0,0,'2026-11-21 02:04:00.000000');
INSERT INTO "delivery" VALUES(1,5,'failed','550 5.1.1',2,0,0,'2026-11-21 02:04:00.000000');
INSERT INTO "delivery" VALUES(1,6,'in_doubt','',2,1,0,'2026-11-21 02:04:00.000000');
INSERT INTO "delivery" VALUES(1,7,'superseded','',2,0,2,'2026-11-21 02:04:00.000000');
INSERT INTO "delivery" VALUES(1,8,'suppressed','',2,0,0,'2026-11-21 02:04:00.000000');
INSERT INTO "delivery" VALUES(1,9,'queued','',0,0,0,'2026-11-21 02:04:00.000000');
INSERT INTO "delivery" VALUES(2,1,'queued','',0,0,0,'2026-11-21 02:04:00.000000');
INSERT INTO "delivery" VALUES(2,2,'queued','',0,0,0,'2026-11-21 02:04:00.000000');
INSERT INTO "delivery" VALUES(2,3,'queued','',0,0,0,'2026-11-21 02:04:00.000000');
INSERT INTO "delivery" VALUES(2,4,'queued','',0,0,0,'2026-11-21 02:04:00.000000');
INSERT INTO "delivery" VALUES(2,5,'queued','',0,0,0,'2026-11-21 02:04:00.000000');
INSERT INTO "delivery" VALUES(2,6,'queued','',0,0,0,'2026-11-21 02:04:00.000000');
INSERT INTO "delivery" VALUES(2,7,'queued','',0,0,0,'2026-11-21 02:04:00.000000');
INSERT INTO "delivery" VALUES(2,8,'queued','',0,0,0,'2026-11-21 02:04:00.000000');
INSERT INTO "delivery" VALUES(2,9,'queued','',0,0,0,'2026-11-21 02:04:00.000000');
CREATE TABLE erased_address (
	address_hash VARCHAR(64) NOT NULL,
	erased_at DATETIME NOT NULL,
	PRIMARY KEY (address_hash)
);
INSERT INTO "erased_address" VALUES('d0b7cf6e764055eacbea924045fd4277a2abb207a19bad77648b8bca266c74ac','2026-11-21 02:04:00.000000');
CREATE TABLE known_update (
	number INTEGER NOT NULL,
	update_id VARCHAR(200) NOT NULL,
	incident_id VARCHAR(100) NOT NULL,
	at DATETIME NOT NULL,
	skipped TEXT NOT NULL,
	recorded_at DATETIME NOT NULL,
	PRIMARY KEY (number),
	UNIQUE (update_id)
);
INSERT INTO "known_update" VALUES(1,'login/01','login','2026-11-21 02:01:00.000000','','2026-11-21 02:04:00.000000');
INSERT INTO "known_update" VALUES(2,'login/02','login','2026-11-21 02:02:00.000000','','2026-11-21 02:04:00.000000');
INSERT INTO "known_update" VALUES(3,'old/01','old','2026-11-21 02:04:00.000000','too old','2026-11-21 02:04:00.000000');
CREATE TABLE setting (
	name VARCHAR(64) NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (name)
);
INSERT INTO "setting" VALUES('schema_version','1');
INSERT INTO "setting" VALUES('secret_key','a key');
CREATE TABLE subscriber (
	id INTEGER NOT NULL,
	token VARCHAR(16) NOT NULL,
	address TEXT,
	address_key TEXT,
	state VARCHAR(16) NOT NULL,
	audience VARCHAR(80) NOT NULL,
	components TEXT NOT NULL,
	min_severity VARCHAR(40) NOT NULL,
	language VARCHAR(40) NOT NULL,
	consent_source TEXT,
	consent_at DATETIME NOT NULL,
	changed_at DATETIME NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT state_is_known CHECK (state IN ('pending', 'active', 'unsubscribed', 'bounced', 'complained')),
	UNIQUE (token),
	UNIQUE (address_key)
);
INSERT INTO "subscriber" VALUES(1,'sub_00000001','ann@example.com','ann@example.com','active','subscribers','','SEV2','en','list.csv','2026-11-21 02:04:00.000000','2026-11-21 02:04:00.000000');
INSERT INTO "subscriber" VALUES(2,'sub_00000002','bob@example.com','bob@example.com','active','subscribers','','SEV2','en','list.csv','2026-11-21 02:04:00.000000','2026-11-21 02:04:00.000000');
INSERT INTO "subscriber" VALUES(3,'sub_00000003','cy@example.com','cy@example.com','active','subscribers','','SEV2','en','list.csv','2026-11-21 02:04:00.000000','2026-11-21 02:04:00.000000');
INSERT INTO "subscriber" VALUES(4,'sub_00000004','dee@example.com','dee@example.com','active','subscribers','','SEV2','en','list.csv','2026-11-21 02:04:00.000000','2026-11-21 02:04:00.000000');
INSERT INTO "subscriber" VALUES(5,'sub_00000005','eve@example.com','eve@example.com','active','subscribers','','SEV2','en','list.csv','2026-11-21 02:04:00.000000','2026-11-21 02:04:00.000000');
INSERT INTO "subscriber" VALUES(6,'sub_00000006','fay@example.com','fay@example.com','active','subscribers','','SEV2','en','list.csv','2026-11-21 02:04:00.000000','2026-11-21 02:04:00.000000');
INSERT INTO "subscriber" VALUES(7,'sub_00000007','gus@example.com','gus@example.com','active','subscribers','','SEV2','en','list.csv','2026-11-21 02:04:00.000000','2026-11-21 02:04:00.000000');
INSERT INTO "subscriber" VALUES(8,'sub_00000008','hal@example.com','hal@example.com','unsubscribed','subscribers','','SEV2','en','list.csv','2026-11-21 02:04:00.000000','2026-11-21 02:04:00.000000');
INSERT INTO "subscriber" VALUES(9,'sub_00000009',NULL,NULL,'unsubscribed','subscribers','','SEV2','en',NULL,'2026-11-21 02:04:00.000000','2026-11-21 02:04:00.000000');
CREATE INDEX known_update_of_incident ON known_update (incident_id);
CREATE INDEX known_update_by_time ON known_update (at, update_id);
CREATE INDEX delivery_unsettled ON delivery (update_number) WHERE (state IN ('queued', 'sending', 'deferred', 'in_doubt') OR resent = 1);
COMMIT;

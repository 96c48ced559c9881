features: applying_transaction binary_log_status bind_address_list change_source_statement channel_compression channel_retry_count clone clone_within_series default_collations dump_source_data dynamic_privileges event_disable_on_replica filter_tables former_login gtid_mode hex_definitions hidden_indexes invisible_primary_key keeps_relay_log log_by_gtid own_certificates persisted_variables public_key_request reload_tls replica_statements replica_variables require_primary_key reset_binary_logs retention_seconds semisync_plugins semisync_source_plugin show_replicas standard_foreign_keys statistics_cache super_read_only variable_origins x_plugin
receiver_can_change_alone: True
semi_sync_name: rpl_semi_sync_source rpl_semi_sync_source_wait_no_replica rpl_semi_sync_source_wait_no_replica
gate_variable: super_read_only
held start: {'init_file': '/etc/mysql/init.sql', 'skip_replica_start': 'ON', 'event_scheduler': 'OFF', 'read_only': 'ON', 'super_read_only': 'OFF'} ['/etc/mysql/mysql.conf.d', '/etc/my.cnf.d']
channel_file: None None
privileges for replication: REPLICATION SLAVE
privileges for member: REPLICATION SLAVE
privileges for switch: CONNECTION_ADMIN, PROCESS, REPLICATION CLIENT, SYSTEM_VARIABLES_ADMIN
privileges for monitor: PROCESS, REPLICATION CLIENT
privileges for seed: BACKUP_ADMIN, EVENT, LOCK TABLES, PROCESS, RELOAD, REPLICATION CLIENT, SELECT, SHOW VIEW, TRIGGER
dump, gtid_mode ON: --source-data=2 --set-gtid-purged=ON
dump, gtid_mode OFF: --source-data=2 --set-gtid-purged=OFF
dump, plain: --set-gtid-purged=OFF
export: {'character_set_results': 'binary', 'net_write_timeout': 600, 'max_execution_time': 0}
history from 8.4.7: None
import from 8.4.7: {'sql_mode': 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', 'foreign_key_checks': 0, 'net_read_timeout': 600, 'sql_require_primary_key': 0, 'sql_generate_invisible_primary_key': 0, 'restrict_fk_on_non_standard_key': 0}
history from 5.7.44: None
import from 5.7.44: {'sql_mode': 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', 'foreign_key_checks': 0, 'net_read_timeout': 600, 'default_collation_for_utf8mb4': 'utf8mb4_general_ci', 'sql_require_primary_key': 0, 'sql_generate_invisible_primary_key': 0, 'restrict_fk_on_non_standard_key': 0}
client with TLS: {'ssl-mode': 'REQUIRED'} {'ssl-mode': 'VERIFY_CA', 'ssl-ca': '/etc/ssl/ca.pem'}
beyond the peer's, without nothing: 3e11fa47-71ca-11e1-9e33-c80aa9429562:99 ['mysqlbinlog'] ['--include-gtids=3e11fa47-71ca-11e1-9e33-c80aa9429562:99']
beyond the peer's, without 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-40: 3e11fa47-71ca-11e1-9e33-c80aa9429562:99 ['mysqlbinlog'] ['--include-gtids=3e11fa47-71ca-11e1-9e33-c80aa9429562:99']
programs: ['mysqldump'] ['mysql']

-- read_account
SELECT plugin, authentication_string, ssl_type, JSON_UNQUOTE(JSON_EXTRACT(User_attributes, '$.additional_password')) AS former FROM mysql.user WHERE User = 'repl\'1' AND Host = '10.0.0.%';

-- read_grants
SHOW GRANTS FOR 'repl\'1'@'10.0.0.%';

-- read_definition
SET SESSION print_identified_with_as_hex = ON;
SHOW CREATE USER 'repl\'1'@'10.0.0.%';

-- init_file_start
SET SESSION sql_log_bin = 0;
SET SESSION sql_mode = 'STRICT_TRANS_TABLES';

-- read_channels
SHOW REPLICA STATUS;

-- read_channel_options
SELECT c.CHANNEL_NAME AS channel, c.HEARTBEAT_INTERVAL AS heartbeat, COMPRESSION_ALGORITHM AS compression, m.User_password AS source_password FROM performance_schema.replication_connection_configuration AS c LEFT JOIN mysql.slave_master_info AS m ON m.Channel_name = CONVERT(c.CHANNEL_NAME USING utf8mb4) COLLATE utf8mb4_bin;

-- read_channel_place
SELECT Host AS host, Port AS port FROM mysql.slave_master_info WHERE Channel_name = '';
SELECT Host AS host, Port AS port FROM mysql.slave_master_info WHERE Channel_name = 'north';

-- start_applier_until
START REPLICA SQL_THREAD UNTIL SOURCE_LOG_FILE = 'binlog.000002', SOURCE_LOG_POS = 4711 FOR CHANNEL '';
START REPLICA SQL_THREAD UNTIL SOURCE_LOG_FILE = 'binlog.000002', SOURCE_LOG_POS = 4711 FOR CHANNEL 'north';

-- read_binlog_status
SHOW BINARY LOG STATUS;

-- read_gtids
SELECT @@GLOBAL.gtid_executed AS written, CONCAT(@@GLOBAL.server_uuid, ':1-9223372036854775806') AS own;

-- read_global_filters
SELECT FILTER_NAME AS name, FILTER_RULE AS rule FROM performance_schema.replication_applier_global_filters;

-- read_replicas
SHOW REPLICAS;

-- start_history
RESET BINARY LOGS AND GTIDS;
SET GLOBAL gtid_purged = '3e11fa47-71ca-11e1-9e33-c80aa9429562:1-40';
RESET BINARY LOGS AND GTIDS;

-- wait_for_gtid
SELECT WAIT_FOR_EXECUTED_GTID_SET('3e11fa47-71ca-11e1-9e33-c80aa9429562:1-40', 1.5) = 0 AS reached;
SELECT WAIT_FOR_EXECUTED_GTID_SET('3e11fa47-71ca-11e1-9e33-c80aa9429562:1-40', 0.001) = 0 AS reached;

-- read_failed_transaction
SELECT APPLYING_TRANSACTION AS gtid FROM performance_schema.replication_applier_status_by_worker WHERE CHANNEL_NAME = 'north' AND LAST_ERROR_NUMBER <> 0 AND APPLYING_TRANSACTION LIKE '%-%:%' ORDER BY LAST_ERROR_TIMESTAMP DESC LIMIT 1;

-- read_gtid_at
(none)

-- fresh_statistics
SET SESSION information_schema_stats_expiry = 0;

-- set_gate
SET GLOBAL read_only = OFF;
SET GLOBAL super_read_only = ON;

-- lift_gate
SET GLOBAL super_read_only = OFF;

-- try_to_set
SET GLOBAL `sync_binlog` = @@GLOBAL.`sync_binlog`, GLOBAL `version` = '';

-- read_origins
SELECT VARIABLE_NAME AS name, VARIABLE_PATH AS file FROM performance_schema.variables_info WHERE VARIABLE_SOURCE <> 'DYNAMIC' AND VARIABLE_PATH <> '';

-- read_table_files
SELECT FILE_NAME AS path FROM information_schema.FILES WHERE FILE_TYPE = 'TABLESPACE' AND TABLESPACE_NAME <> 'innodb_system';

-- disable_event_on_replica
ALTER EVENT `wiki``db`.`nightly` DISABLE ON REPLICA;

-- create_account
CREATE USER 'repl\'1'@'10.0.0.%' IDENTIFIED BY 'it\'s-s3cret' REQUIRE SSL;
redacted: CREATE USER 'repl\'1'@'10.0.0.%' IDENTIFIED BY '********' REQUIRE SSL;

-- create_account
CREATE USER 'repl\'1'@'10.0.0.%' IDENTIFIED BY 'it\'s-s3cret' REQUIRE NONE;
redacted: CREATE USER 'repl\'1'@'10.0.0.%' IDENTIFIED BY '********' REQUIRE NONE;

-- set_password
ALTER USER 'repl\'1'@'10.0.0.%' IDENTIFIED BY 'it\'s-s3cret';
redacted: ALTER USER 'repl\'1'@'10.0.0.%' IDENTIFIED BY '********';

-- add_password
ALTER USER 'repl\'1'@'10.0.0.%' IDENTIFIED BY 'it\'s-s3cret' RETAIN CURRENT PASSWORD;
redacted: ALTER USER 'repl\'1'@'10.0.0.%' IDENTIFIED BY '********' RETAIN CURRENT PASSWORD;

-- discard_former_login
ALTER USER 'repl\'1'@'10.0.0.%' DISCARD OLD PASSWORD;

-- set_tls_requirement
ALTER USER 'repl\'1'@'10.0.0.%' REQUIRE SSL;

-- set_tls_requirement
ALTER USER 'repl\'1'@'10.0.0.%' REQUIRE NONE;

-- grant_privileges
GRANT REPLICATION SLAVE, SELECT ON *.* TO 'repl\'1'@'10.0.0.%';

-- revoke_privileges
REVOKE SELECT, SUPER ON *.* FROM 'repl\'1'@'10.0.0.%';

-- revoke_privileges
REVOKE ALL PRIVILEGES ON *.* FROM 'repl\'1'@'10.0.0.%';

-- revoke_privileges
REVOKE ALL PRIVILEGES ON *.* FROM 'repl\'1'@'10.0.0.%';
REVOKE GRANT OPTION ON *.* FROM 'repl\'1'@'10.0.0.%';

-- grant_tables
GRANT SELECT ON `twoway`.`active` TO 'repl\'1'@'10.0.0.%';

-- drop_account
DROP USER 'repl\'1'@'10.0.0.%';

-- set_variable
SET GLOBAL `sync_binlog` = 1;

-- set_variable
SET GLOBAL `read_only` = 1;

-- set_variable
SET GLOBAL `rpl_semi_sync_master_enabled` = 0;

-- set_variable
SET GLOBAL `binlog_cache_size` = 65536;

-- set_variable
SET GLOBAL `binlog_row_image` = 'FULL';

-- reload_tls
ALTER INSTANCE RELOAD TLS;

-- stop_receiver
STOP REPLICA IO_THREAD FOR CHANNEL '';

-- stop_applier
STOP REPLICA SQL_THREAD FOR CHANNEL '';

-- start_receiver
START REPLICA IO_THREAD FOR CHANNEL '';

-- start_applier
START REPLICA SQL_THREAD FOR CHANNEL '';

-- remove_channel
RESET REPLICA ALL FOR CHANNEL '';

-- stop_receiver
STOP REPLICA IO_THREAD FOR CHANNEL 'north';

-- stop_applier
STOP REPLICA SQL_THREAD FOR CHANNEL 'north';

-- start_receiver
START REPLICA IO_THREAD FOR CHANNEL 'north';

-- start_applier
START REPLICA SQL_THREAD FOR CHANNEL 'north';

-- remove_channel
RESET REPLICA ALL FOR CHANNEL 'north';

-- change_source
CHANGE REPLICATION SOURCE TO SOURCE_HOST = '198.51.100.1' FOR CHANNEL '';

-- change_source
CHANGE REPLICATION SOURCE TO SOURCE_PORT = 3306 FOR CHANNEL '';

-- change_source
CHANGE REPLICATION SOURCE TO SOURCE_USER = 'repl\'1' FOR CHANNEL '';

-- change_source
CHANGE REPLICATION SOURCE TO SOURCE_PASSWORD = 'it\'s-s3cret' FOR CHANNEL '';
redacted: CHANGE REPLICATION SOURCE TO SOURCE_PASSWORD = '********' FOR CHANNEL '';

-- change_source
CHANGE REPLICATION SOURCE TO SOURCE_AUTO_POSITION = 1 FOR CHANNEL '';

-- change_source
CHANGE REPLICATION SOURCE TO SOURCE_SSL = 1 FOR CHANNEL '';

-- change_source
CHANGE REPLICATION SOURCE TO SOURCE_SSL_VERIFY_SERVER_CERT = 0 FOR CHANNEL '';

-- change_source
CHANGE REPLICATION SOURCE TO SOURCE_SSL_CA = '/etc/ssl/ca.pem' FOR CHANNEL '';

-- change_source
CHANGE REPLICATION SOURCE TO SOURCE_SSL_CERT = '/etc/ssl/cert.pem' FOR CHANNEL '';

-- change_source
CHANGE REPLICATION SOURCE TO SOURCE_SSL_KEY = '/etc/ssl/key.pem' FOR CHANNEL '';

-- change_source
CHANGE REPLICATION SOURCE TO SOURCE_CONNECT_RETRY = 5 FOR CHANNEL '';

-- change_source
CHANGE REPLICATION SOURCE TO SOURCE_RETRY_COUNT = 0 FOR CHANNEL '';

-- change_source
CHANGE REPLICATION SOURCE TO SOURCE_HEARTBEAT_PERIOD = 2.5 FOR CHANNEL '';

-- change_source
CHANGE REPLICATION SOURCE TO SOURCE_DELAY = 0 FOR CHANNEL '';

-- change_source
CHANGE REPLICATION SOURCE TO SOURCE_COMPRESSION_ALGORITHMS = 'zstd,uncompressed' FOR CHANNEL '';

-- change_source
CHANGE REPLICATION SOURCE TO GET_SOURCE_PUBLIC_KEY = 1 FOR CHANNEL '';

-- change_source
CHANGE REPLICATION SOURCE TO SOURCE_HOST = '198.51.100.1', SOURCE_PASSWORD = 'it\'s-s3cret', SOURCE_AUTO_POSITION = 1 FOR CHANNEL 'no\'rth';
redacted: CHANGE REPLICATION SOURCE TO SOURCE_HOST = '198.51.100.1', SOURCE_PASSWORD = '********', SOURCE_AUTO_POSITION = 1 FOR CHANNEL 'no\'rth';

-- change_source
CHANGE REPLICATION SOURCE TO SOURCE_AUTO_POSITION = 0, SOURCE_LOG_FILE = 'binlog.000002', SOURCE_LOG_POS = 4711 FOR CHANNEL '';

-- change_source
CHANGE REPLICATION SOURCE TO SOURCE_LOG_FILE = 'binlog.000002', SOURCE_LOG_POS = 4711 FOR CHANNEL '';

-- set_applied_gtid
refused: This server's applied position is what it has executed

-- set_applied_gtid
refused: This server's applied position is what it has executed

-- commit_empty
SET SESSION gtid_next = '3e11fa47-71ca-11e1-9e33-c80aa9429562:41';
BEGIN;
COMMIT;
SET SESSION gtid_next = 'AUTOMATIC';

-- skip_next
SET GLOBAL sql_replica_skip_counter = 1;

-- skip_next
SET GLOBAL sql_replica_skip_counter = 1;

-- remove_row
SET SESSION foreign_key_checks = 0;
DELETE FROM `wikidb`.`odd``name` WHERE `id` = 18446744073709551615;
SET SESSION foreign_key_checks = 1;
COMMIT;

-- put_row
SET SESSION foreign_key_checks = 0;
INSERT INTO `wikidb`.`odd``name` (`id`, `name`, `at`, `share`) VALUES (18446744073709551615, 'é', FROM_UNIXTIME(1764072000), 0);
SET SESSION foreign_key_checks = 1;

-- open_gate
SET GLOBAL read_only = OFF;

-- close_gate
SET GLOBAL super_read_only = ON;

CHANGE MASTER TO MASTER_HOST = '{{ source_address }}', MASTER_USER = '{{ channel_user }}', MASTER_PASSWORD = '{{ channel_password }}',
  MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1, MASTER_SSL = {{ has_tls | int }};
START SLAVE;

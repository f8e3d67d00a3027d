/** Every bound of linkrd, unit last in the name. A number's comment says where it comes from. */
export const LIMITS = {
  /** A batch of 1024 events with their texts fits many times over; pre-auth memory is cheap. */
  body_bytes_max: 64 * 1024,
  batch_events_max: 1024,
  batch_duration_ms_max: 10 * 60 * 1000,
  /** The vendor's own bound on a `text` event. */
  text_characters_max: 1024,
  /** The vendor's own bound on either wheel of a mouse event. */
  wheel_steps_max: 20,
  /** Pixels of one relative move: no screen is larger, and it is 259 reports of ±127. */
  relative_pixels_max: 32767,
  batches_waiting_max: 8,
  /** After a person's last key or movement tokens stay away for so long. */
  person_active_ms: 2000,
  /** A client that dies with the lease keeps others out no longer than this. */
  lease_seconds_max: 600,
  /** `wait`: how long a batch may wait for control. */
  control_wait_seconds_max: 60,
  /** What a refusal repeats of the input: enough to find it, too little to abuse or to leak. */
  input_echo_characters_max: 32,
  viewers_max: 16,
  /** Clients of /api/ws; a dashboard of many costs a few kilobytes each. */
  sockets_max: 256,
  /** Messages of a socket: a mouse tells 1000 a second, and browsers half of that. */
  socket_messages_max: 4000,
  socket_messages_per_second_max: 2000,
  /** A message counts for as many as this goes into it: more bytes are more work. */
  socket_message_bytes: 512,
  /** Events of a socket that the host has not taken yet, as many as of a batch. */
  input_events_waiting_max: 1024,
  /** Events of a socket that are done before somebody else has a turn. */
  input_events_at_once_max: 32,
  /** What a socket sent is done by then, or not at all: a host asleep is known for it after 1 s. */
  input_wait_ms_max: 2000,
  /** A stream that says nothing for longer is taken for dead by browsers and ffmpeg. */
  stream_silence_ms_max: 1000,

  capture_buffers_min: 4,
  capture_poll_ms: 1000,
  /** No device sends more than 120 frames a second. */
  frame_period_us_min: 8000,
  frame_width_max: 4096,
  frame_height_max: 2160,
  frame_width_min: 16,
  frame_height_min: 16,
  /** A frame that is older is not the screen now, whatever the device's rate. */
  snapshot_age_ms_max: 100,
  /** After a snapshot changes are followed for so long: its client may ask again. */
  snapshot_watch_ms: 1000,
  /** A snapshot waits this long for the next frame before it says that the video stalled. */
  snapshot_wait_ms_max: 3000,
  /** `wait=change`: proxies on the way cut what is silent for longer. */
  change_wait_seconds_max: 60,
  /** Pictures whose text is to be read: each takes a core for seconds. */
  ocr_waiting_max: 4,
  ocr_ms_max: 60_000,
  ocr_bytes_max: 1024 * 1024,
  /** `then=snapshot`: how long the screen has to stand still, and how long that is waited for. */
  settle_ms_max: 10_000,
  settle_wait_ms_max: 60_000,

  /** A report that the host has not taken by then is given up: the host is asleep or gone. */
  report_wait_ms_max: 1000,
  /** A host that could not be told to let go is told again this often. */
  release_retry_ms: 1000,
  /** Characters that cannot be typed, and are named in a refusal. */
  characters_named_max: 8,
  /** Reports of one call of the writer thread: 1024 characters of two strokes, of two each. */
  reports_waiting_max: 4096,

  token_name_characters_max: 20,
  user_name_characters_max: 32,
  /** kvmd's clients send at most 512 characters, the code of the second factor among them. */
  password_characters_max: 500,
  /** Wrong passwords that are no attack yet: somebody mistypes, a client tries each of its ways. */
  login_free_failures_max: 3,
  /** After each further one its account and network wait so long, and each time twice as long. */
  login_delay_ms_min: 1000,
  login_delay_ms_max: 60_000,
  /** Wrong passwords are forgotten when none came for so long. */
  login_memory_ms: 15 * 60 * 1000,
  /** Accounts, and networks, that wrong passwords are counted of. */
  login_keys_max: 4096,
  sessions_of_user_max: 64,
  /** A session that is not used for a day has been forgotten by its user. */
  session_idle_ms_max: 24 * 60 * 60 * 1000,
  /** Password checks that wait for their turn: each takes 19 MiB and a core while it runs. */
  passwords_waiting_max: 8,
  /** A secret of the second factor is confirmed with a code within so long, or forgotten. */
  totp_enrolment_ms_max: 10 * 60 * 1000,
  /** Requests that a token may send at once, and how many a second over time. */
  token_requests_max: 300,
  token_requests_per_second_max: 100,
  /** Tokens whose requests are counted at a time. */
  token_rate_keys_max: 4096,
  /** A credential that a stream or a batch began with is looked at this often, for its expiry. */
  credential_poll_ms: 30_000,
  /** The file of security events; when it is full, it takes the place of the one before. */
  audit_file_bytes_max: 1024 * 1024,
  /** What is sent in a stream, such as a wrong token, is told once in so long. */
  audit_repeat_ms: 60_000,
  /** A name of 128 characters, kvmd's bound, and no more of what strangers send. */
  audit_word_characters_max: 128,
  /** Events that wait for the disk, and those whose repetition is looked for. */
  audit_lines_max: 1024,
  /** What is kept of the log where there is no journal, and who may read either at a time. */
  log_lines_max: 1000,
  log_line_characters_max: 2048,
  log_readers_max: 8,
  /** Another linkrd holds the lock of access.toml for a few fsyncs at most. */
  lock_wait_ms_max: 5000,
  /** An edit of access.toml begins anew when somebody saves the file meanwhile: for so long. */
  access_edit_ms_max: 3000,
  /** A save of access.toml that is under way is waited for this long before it counts as broken. */
  access_settle_ms_max: 300,
  /** Digests of tokens that can never come back, 86 bytes each. */
  revoked_file_bytes_max: 16 * 1024 * 1024,
  access_file_bytes_max: 4 * 1024 * 1024,
  config_file_bytes_max: 256 * 1024,
  last_used_flush_ms: 15 * 60 * 1000,
  /** Files are also looked at this often, for file systems whose changes nobody announces. */
  file_poll_ms: 500,
  /** Certificates change every few weeks, and both their files within moments. */
  certificate_poll_ms: 10_000,
  /** How often to look for what is wrong with the device, for the log. */
  problems_poll_ms: 60_000,
  /** A changed file is read once it stayed the same so long: editors write in several steps. */
  file_settle_ms: 100,

  /** Of settings: what a Pi can encode, how long a key is held, a certificate names, is woken. */
  fps_max: 120,
  release_after_seconds_max: 3600,
  hosts_max: 64,
  wol_max: 64,

  /** An update writes and reads 200 MB of a slow card; orders to the boot loaders a few bytes. */
  update_ms_max: 30 * 60 * 1000,
  boot_slot_ms_max: 60_000,

  stop_ms_max: 3000,
} as const;

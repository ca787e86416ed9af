create table image (
  id integer generated always as identity primary key,
  file text not null unique check (file ~ '^[a-z0-9][a-z0-9/._-]*$' and length(file) <= 200),
  content_type text not null check (content_type ~ '^image/'),
  bytes integer not null check (bytes > 0),
  title text not null check (length(title) between 1 and 200),
  alt_text text not null check (length(alt_text) between 1 and 500),
  description text not null default '',
  author text not null default '',
  license text not null default '',
  source_url text not null default '',
  caption text not null default '',
  caption_display text not null default 'below' check (caption_display in ('below', 'overlay', 'tooltip', 'none')),
  image_type text not null default 'general',
  uploaded_by integer references account (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on column image.file is 'Key in the media store; an uploaded file is never overwritten.';
comment on column image.caption is 'HTML, sanitised when it was stored.';

create table video (
  id integer generated always as identity primary key,
  file text not null unique check (file ~ '^[a-z0-9][a-z0-9/._-]*$' and length(file) <= 200),
  content_type text not null check (content_type = 'video/mp4'),
  bytes integer not null check (bytes > 0),
  title text not null check (length(title) between 1 and 200),
  alt_text text not null check (length(alt_text) between 1 and 500),
  description text not null default '',
  author text not null default '',
  license text not null default '',
  source_url text not null default '',
  video_type text not null default 'general',
  autoplay boolean not null default false,
  loop boolean not null default false,
  muted boolean not null default true,
  show_controls boolean not null default true,
  uploaded_by integer references account (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Browsers play nothing by themselves that has sound.
  constraint video_autoplay_is_muted check (muted or not autoplay)
);

alter table campaign
  add column image integer references image (id) on delete set null,
  add column updated_at timestamptz not null default now();

create index campaign_image on campaign (image) where image is not null;
create index image_uploader on image (uploaded_by);
create index video_uploader on video (uploaded_by);

create trigger image_updated before update on image for each row execute function touch_updated_at();
create trigger image_revision after insert or update or delete or truncate on image
  for each statement execute function touch_revision();
create trigger video_updated before update on video for each row execute function touch_updated_at();
create trigger video_revision after insert or update or delete or truncate on video
  for each statement execute function touch_revision();
create trigger campaign_updated before update on campaign for each row execute function touch_updated_at();
create trigger campaign_revision after insert or update or delete or truncate on campaign
  for each statement execute function touch_revision();

create table theme (
  id integer generated always as identity primary key,
  name text not null unique check (length(name) between 1 and 100),
  description text not null default '',
  primary_color text not null default '#2563eb' check (primary_color ~ '^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$'),
  secondary_color text not null default '#64748b' check (secondary_color ~ '^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$'),
  accent_color text not null default '#059669' check (accent_color ~ '^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$'),
  background_color text not null default '#ffffff' check (background_color ~ '^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$'),
  section_background_color text not null default '#f9fafb' check (section_background_color ~ '^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$'),
  card_background_color text not null default '#ffffff' check (card_background_color ~ '^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$'),
  heading_color text not null default '#111827' check (heading_color ~ '^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$'),
  body_text_color text not null default '#374151' check (body_text_color ~ '^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$'),
  muted_text_color text not null default '#6b7280' check (muted_text_color ~ '^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$'),
  link_color text not null default '#2563eb' check (link_color ~ '^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$'),
  link_hover_color text not null default '#1d4ed8' check (link_hover_color ~ '^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$'),
  heading_font_family text not null default 'system-ui, sans-serif' check (length(heading_font_family) <= 200 and heading_font_family !~ '[;{}<>\\]'),
  body_font_family text not null default 'system-ui, sans-serif' check (length(body_font_family) <= 200 and body_font_family !~ '[;{}<>\\]'),
  google_fonts text[] not null default '{}',
  font_size_base double precision not null default 1 check (font_size_base between 0.5 and 2),
  font_size_small double precision not null default 0.875 check (font_size_small between 0.5 and 2),
  font_size_large double precision not null default 1.125 check (font_size_large between 0.5 and 2),
  logo integer references image (id) on delete set null,
  logo_alt_text text not null default '',
  favicon integer references image (id) on delete set null,
  custom_css text not null default '',
  is_active boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create unique index theme_one_active on theme (is_active) where is_active;
create index theme_listed on theme (is_active desc, updated_at desc, id desc);
create index theme_logo on theme (logo) where logo is not null;
create index theme_favicon on theme (favicon) where favicon is not null;

create table homepage (
  id integer generated always as identity primary key,
  organization_name text not null check (length(organization_name) between 1 and 200),
  tagline text not null default '' check (length(tagline) <= 500),
  hero_title text not null default '' check (length(hero_title) <= 300),
  hero_subtitle text not null default '',
  hero_background_image integer references image (id) on delete set null,
  hero_background_video integer references video (id) on delete set null,
  hero_overlay_enabled boolean not null default true,
  hero_overlay_color text not null default '#000000' check (hero_overlay_color ~ '^#[0-9A-Fa-f]{6}$'),
  hero_overlay_opacity double precision not null default 0.4 check (hero_overlay_opacity between 0 and 1),
  cta_title text not null default 'Get Involved' check (length(cta_title) <= 200),
  cta_content text not null default '',
  cta_button_text text not null default 'Learn More' check (length(cta_button_text) <= 100),
  cta_button_url text not null default '',
  facebook_url text not null default '',
  twitter_url text not null default '',
  instagram_url text not null default '',
  linkedin_url text not null default '',
  campaigns_section_title text not null default 'Policy Campaigns' check (length(campaigns_section_title) <= 200),
  campaigns_section_subtitle text not null default '',
  show_campaigns_section boolean not null default true,
  theme integer references theme (id) on delete set null,
  is_active boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on column homepage.cta_content is 'HTML, sanitised when it was stored.';

create unique index homepage_one_active on homepage (is_active) where is_active;
create index homepage_image on homepage (hero_background_image) where hero_background_image is not null;
create index homepage_video on homepage (hero_background_video) where hero_background_video is not null;
create index homepage_theme on homepage (theme) where theme is not null;

create table content_block (
  id integer generated always as identity primary key,
  page_type text not null default 'homepage' check (page_type in ('homepage', 'about', 'campaigns', 'contact')),
  block_type text not null default 'text'
    check (block_type in ('text', 'image', 'text_image', 'quote', 'stats', 'custom_html')),
  title text not null default '' check (length(title) <= 200),
  content text not null default '',
  image integer references image (id) on delete set null,
  layout_option text not null default 'default'
    check (layout_option in ('default', 'reversed', 'stacked', 'stacked_reversed')),
  vertical_alignment text not null default 'middle' check (vertical_alignment in ('top', 'middle', 'bottom')),
  css_classes text not null default '' check (css_classes ~ '^[A-Za-z0-9_ :/.-]*$' and length(css_classes) <= 200),
  background_color text not null default '' check (background_color ~ '^(#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6}))?$'),
  animation_type text not null default 'none'
    check (animation_type in ('fade-in', 'slide-up', 'slide-left', 'slide-right', 'scale', 'none')),
  animation_delay integer not null default 0 check (animation_delay between 0 and 2000),
  "order" integer not null default 0,
  is_visible boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on column content_block.content is 'HTML, sanitised when it was stored.';

create index content_block_listed on content_block (page_type, "order", id) where is_visible;
create index content_block_image on content_block (image) where image is not null;

create trigger theme_updated before update on theme for each row execute function touch_updated_at();
create trigger theme_revision after insert or update or delete or truncate on theme
  for each statement execute function touch_revision();

create trigger homepage_updated before update on homepage for each row execute function touch_updated_at();
create trigger homepage_revision after insert or update or delete or truncate on homepage
  for each statement execute function touch_revision();

create trigger content_block_updated before update on content_block for each row execute function touch_updated_at();
create trigger content_block_revision after insert or update or delete or truncate on content_block
  for each statement execute function touch_revision();

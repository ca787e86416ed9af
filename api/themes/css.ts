/** A theme as CSS: custom properties that the site's stylesheet reads, and a few classes for what staff write. */
import type { Theme } from './theme.ts';

/** Names are the site's; its stylesheet falls back to its own values where one is missing. */
export function cssVariables(theme: Theme): string {
  const properties = {
    primary: theme.primary_color,
    secondary: theme.secondary_color,
    accent: theme.accent_color,
    bg: theme.background_color,
    'bg-section': theme.section_background_color,
    'bg-card': theme.card_background_color,
    'text-heading': theme.heading_color,
    'text-body': theme.body_text_color,
    'text-muted': theme.muted_text_color,
    'text-link': theme.link_color,
    'text-link-hover': theme.link_hover_color,
    'font-heading': theme.heading_font_family,
    'font-body': theme.body_font_family,
    'font-size-base': `${theme.font_size_base}rem`,
    'font-size-small': `${theme.font_size_small}rem`,
    'font-size-large': `${theme.font_size_large}rem`,
  };
  const lines = Object.entries(properties).map(([name, value]) => `  --theme-${name}: ${value};`);
  return [':root {', ...lines, '}'].join('\n');
}

const classes = ['bg', 'bg-section', 'bg-card']
  .map((name) => `.theme-${name} { background-color: var(--theme-${name}); }`)
  .concat(
    ['primary', 'secondary', 'accent', 'text-heading', 'text-body', 'text-muted', 'text-link'].map(
      (name) => `.theme-${name} { color: var(--theme-${name}); }`,
    ),
    ['heading', 'body'].map((name) => `.theme-font-${name} { font-family: var(--theme-font-${name}); }`),
  )
  .join('\n');

/** The whole stylesheet, as `/theme.css` serves it. */
export function stylesheet(theme: Theme): string {
  return `${cssVariables(theme)}\n\n${classes}\n${theme.custom_css ? `\n${theme.custom_css}\n` : ''}`;
}

/** A briefing as a page to print: two sheets of paper for an office, without a script. */
import { escaped } from '../http/escaped.ts';
import { styleSource } from '../http/html-frame.ts';
import type { Briefing, Constituent } from './briefing.ts';

const styles = `
:root { color-scheme: light; font: 11pt/1.45 Georgia, 'Times New Roman', serif; color: #16212b; }
body { max-width: 44rem; margin: 0 auto; padding: 2rem 1.5rem 4rem; }
header { border-bottom: 2pt solid #16212b; padding-bottom: 0.75rem; }
header p { margin: 0; }
h1 { margin: 0.25rem 0 0; font-size: 1.6rem; line-height: 1.2; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.1rem; break-after: avoid; }
.number { display: flex; gap: 1rem; align-items: baseline; margin: 1.5rem 0; }
.number strong { font-size: 3rem; line-height: 1; font-variant-numeric: lining-nums; }
blockquote { margin: 0 0 1rem; padding-left: 1rem; border-left: 2pt solid #8a98a5; break-inside: avoid; overflow-wrap: anywhere; }
blockquote p { margin: 0 0 0.25rem; white-space: pre-line; }
cite, .soft { font-style: normal; color: #4a5864; font-size: 0.9em; }
ul { padding-left: 1.25rem; columns: 2; column-gap: 2rem; }
li { break-inside: avoid; margin-bottom: 0.25rem; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.75rem 0.35rem 0; border-bottom: 0.5pt solid #c3ccd4; }
footer { margin-top: 2.5rem; border-top: 0.5pt solid #c3ccd4; padding-top: 0.5rem; }
@media (max-width: 30rem) { ul { columns: 1; } }
@page { margin: 18mm; }
@media print { body { padding: 0; max-width: none; } a { color: inherit; text-decoration: none; } }
`;

export const pageHeaders = {
  'Content-Security-Policy': [
    "default-src 'none'",
    styleSource(styles),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Robots-Tag': 'noindex',
};

const sponsorships = { sponsor: 'Sponsor', cosponsor: 'Cosponsor', none: 'Not yet a sponsor' } as const;

export function briefingPage(briefing: Briefing): string {
  const { legislator, region, campaign, endorsements, organizations, constituents, bills } = briefing;
  const quotes = constituents.filter(({ statement }) => statement !== '');
  const others = constituents.filter(({ statement }) => statement === '');
  const place = region.name ?? `${region.layer} ${region.geoid}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(`${campaign.title}: briefing for ${legislator.name}`)}</title>
<style>${styles}</style>
</head>
<body>
<header>
<p class="soft">Briefing for ${escaped(legislator.name)}${legislator.party ? ` (${escaped(legislator.party)})` : ''}, ${escaped(place)}, ${escaped(legislator.state)}</p>
<h1>${escaped(campaign.title)}</h1>
${campaign.summary ? `<p>${escaped(campaign.summary)}</p>` : ''}
</header>
<main>
<p class="number"><strong>${endorsements.toLocaleString('en')}</strong> <span>${sentence(briefing)}</span></p>
${section(
  'Bills',
  bills.length > 0 &&
    `<table><thead><tr><th scope="col">Bill</th><th scope="col">Title</th><th scope="col">${escaped(legislator.name)}</th></tr></thead><tbody>${bills
      .map(
        ({ number, title, status, sponsorship }) =>
          `<tr><th scope="row">${escaped(number)}</th><td>${escaped(title)}${status ? ` <span class="soft">(${escaped(status)})</span>` : ''}</td><td>${sponsorships[sponsorship]}</td></tr>`,
      )
      .join('')}</tbody></table>`,
)}
${section('Organizations', organizations.length > 0 && `<ul>${organizations.map((name) => `<li>${escaped(name)}</li>`).join('')}</ul>`)}
${section(
  'In their own words',
  quotes.length > 0 &&
    quotes
      .map((person) => `<blockquote><p>${escaped(person.statement)}</p><cite>${signature(person)}</cite></blockquote>`)
      .join(''),
)}
${section('Also endorsed by', others.length > 0 && `<ul>${others.map((person) => `<li>${signature(person)}</li>`).join('')}</ul>`)}
</main>
<footer class="soft">
<p>Named are those who agreed to be named. Districts: U.S. Census Bureau${region.vintage === null ? '' : `, boundaries of ${region.vintage}`}. As of ${escaped(briefing.as_of.slice(0, 10))}.</p>
</footer>
</body>
</html>
`;
}

function sentence({ endorsements, new_this_week: week }: Briefing): string {
  const who = endorsements === 1 ? 'constituent has' : 'constituents have';
  return `of your ${who} endorsed this${week > 0 ? `, ${week.toLocaleString('en')} of them in the last seven days` : ''}.`;
}

function section(title: string, body: string | false): string {
  return body === false ? '' : `<section><h2>${title}</h2>${body}</section>`;
}

function signature({ name, organization, role, city, org_authorized }: Constituent): string {
  const signedFor = organization && (org_authorized ? `for ${organization}` : organization);
  return escaped([name, role, signedFor, city].filter(Boolean).join(', '));
}

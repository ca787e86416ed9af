/** What the public sees of a campaign. */
import type { Database } from '../database/database.ts';

/** Field by field as the frontend's client reads it; `null` where a campaign has no image. */
export interface Campaign {
  readonly id: number;
  /** Slug, part of public URLs. */
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  /** HTML, sanitised when it was stored. */
  readonly description: string;
  readonly endorsement_statement: string;
  readonly allow_endorsements: boolean;
  /** HTML, sanitised when it was stored. */
  readonly endorsement_form_instructions: string;
  /** UTC, ISO 8601 with milliseconds. */
  readonly created_at: string;
  readonly active: boolean;
  readonly image: number | null;
  readonly image_url: string | null;
  readonly image_alt_text: string | null;
  readonly image_author: string | null;
  readonly image_license: string | null;
  readonly image_source_url: string | null;
  readonly image_caption: string | null;
  readonly image_caption_display: string | null;
}

type Row = Omit<Campaign, 'id' | 'created_at' | `image${string}`> & { readonly id: string; readonly created_at: Date };

/** The active campaigns, newest first. */
export async function activeCampaigns(database: Pick<Database, 'pool'>): Promise<readonly Campaign[]> {
  const { rows } = await database.pool.query<Row>({
    name: 'active-campaigns',
    text: `
      select id, name, title, summary, description, endorsement_statement, allow_endorsements,
             endorsement_form_instructions, created_at, active
        from campaign
       where active
       order by created_at desc, id desc`,
  });
  return rows.map(publicCampaign);
}

function publicCampaign({ id, created_at, ...row }: Row): Campaign {
  return {
    id: Number(id),
    ...row,
    created_at: created_at.toISOString(),
    image: null,
    image_url: null,
    image_alt_text: null,
    image_author: null,
    image_license: null,
    image_source_url: null,
    image_caption: null,
    image_caption_display: null,
  };
}

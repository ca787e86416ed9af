/**
 * What the API answers, as far as the desk reads it; `/api/docs/` describes all of it.
 *
 * @typedef {object} Me
 * @property {string} name
 * @property {string} [email]
 * @property {string} [role]
 * @property {string[]} permissions
 *
 * @typedef {object} Person
 * @property {number} id
 * @property {string} name
 * @property {string} organization
 * @property {string} role
 * @property {string} email
 * @property {string} street_address
 * @property {string} city
 * @property {string} zip_code
 * @property {string} type
 * @property {boolean} email_updates
 * @property {number | null} latitude degrees
 * @property {number | null} longitude degrees
 *
 * @typedef {object} Row one line of a pile
 * @property {number} id
 * @property {Person} stakeholder
 * @property {Campaign} campaign
 * @property {string} statement
 * @property {boolean} public_display consent of the person
 * @property {string | null} verified_at
 * @property {string} status
 * @property {string | null} reviewed_at
 * @property {boolean} terms_accepted
 * @property {string | null} terms_accepted_at
 * @property {string} created_at
 * @property {boolean} display_publicly decision of a reviewer
 * @property {boolean} is_public on the public list at this moment
 * @property {number} version
 * @property {string} admin_notes
 * @property {string} signed_as
 * @property {boolean} held
 * @property {number} spam_score 0 to 1
 * @property {{ code: string, points: number, says: string }[]} spam_reasons
 * @property {Record<string, string> | null} proposed
 * @property {string | null} mail
 * @property {number} similar
 * @property {string | null} undo_until
 *
 * @typedef {object} More what only one endorsement by itself comes with
 * @property {{ at: string, reviewer: string, decision: string, reason: string }[]} reviews
 * @property {Mail[]} mails
 * @property {{ created_at: string, expires_at: string, confirmed_at: string | null, held_at: string | null, statement: string, spam_score: number }[]} submissions
 * @property {{ accepted_at: string, version: string, ip_address: string | null }[]} terms
 * @property {Record<string, string>} person as `proposed` has it, so that the two can be held against each other
 * @property {{ layer: string, geoid: string, name: string }[]} districts
 * @property {{ problem: string | null, quality: string | null, source: string | null }} place how the address was located
 *
 * @typedef {Row & More} File everything about one endorsement
 *
 * @typedef {object} Mail
 * @property {number} id
 * @property {string} kind
 * @property {string | null} recipient
 * @property {string} state
 * @property {number} attempts
 * @property {string | null} last_error
 * @property {string} created_at
 * @property {string} due_at
 * @property {string | null} sent_at
 *
 * @typedef {object} Campaign
 * @property {number} id
 * @property {string} name slug
 * @property {string} title
 * @property {string} summary
 * @property {string} description HTML
 * @property {string} endorsement_statement
 * @property {boolean} allow_endorsements
 * @property {string} endorsement_form_instructions HTML
 * @property {boolean} active
 * @property {number | null} image
 * @property {string | null} image_url
 *
 * @typedef {object} Image
 * @property {number} id
 * @property {string} title
 * @property {string} alt_text
 * @property {string} image_url
 *
 * @typedef {object} Unplaced
 * @property {number} id
 * @property {string} name
 * @property {string} street_address
 * @property {string} city
 * @property {string | null} state
 * @property {string} zip_code
 * @property {string} problem
 * @property {number} attempts
 * @property {string | null} next_attempt_at
 *
 * @typedef {object} Decided
 * @property {number} id
 * @property {boolean} changed
 * @property {string} message
 *
 * @typedef {object} Desk what every view of the desk can ask of it
 * @property {Me} me
 * @property {(permission: string) => boolean} can
 * @property {(changes: Record<string, string | number | null | undefined>) => void} go to this address, with these changes of the present one
 * @property {() => URLSearchParams} here
 */
export {};

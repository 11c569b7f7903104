// A front end's calls with a client that hey-api generated: the same as in openapi-fetch.ts.
//
//   node hey-api.js http://127.0.0.1:8000 "$key"
//
// A page in a browser has no key: its own backend adds it (docs/examples/bff.py).
import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { client } from "./generated/hey-api/client.gen.js";
import * as patron from "./generated/hey-api/index.js";
import type { Problem } from "./generated/hey-api/index.js";

const [baseUrl, key] = process.argv.slice(2);
client.setConfig({ baseUrl, auth: key });
const system = `hey-api-${crypto.randomUUID()}`;

/** Return what a call answered; throw its problem. */
function ok<T>({ data, error }: { data?: T; error?: Problem }): T {
  if (error) throw new Error(explain(error));
  return data as T;
}

/** Return the text that the front end shows for a problem. */
function explain(problem: Problem): string {
  switch (problem.code) {
    case "stale":
      return "Somebody else has changed this in the meantime.";
    case "invalid":
      return problem.errors.map((fault) => `${fault.pointer}: ${textOf(fault)}`).join("\n");
    default:
      return `${problem.title} (${problem.request_id})`;
  }
}

/** Return the front end's own text for a fault in a form, otherwise the product's. */
function textOf(fault: patron.Fault): string {
  switch (fault.code) {
    case "too_short":
      return "请填写";
    case "too_long":
      return `最多 ${fault.params["max"]} 个字`;
    default:
      return fault.message;
  }
}

/** Call a function again until it returns something. */
async function eventually<T>(read: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 300; tries += 1) {
    const found = await read();
    if (found !== undefined) return found;
    await wait(200);
  }
  throw new Error("Nothing came.");
}

/** Register a customer; the repeated request registers nothing and has the same answer. */
async function register(): Promise<patron.Customer> {
  const body: patron.CustomerCreate = {
    name: "华东百货",
    kind: "organisation",
    nature: "retailer",
    retail_format: "department_store",
    external_ids: [{ system, id: "17" }],
  };
  const headers = { "idempotency-key": crypto.randomUUID() };
  const customer = ok(await patron.registerCustomer({ body, headers }));
  const again = await patron.registerCustomer({ body, headers });
  assert.equal(ok(again).id, customer.id);
  assert.equal(again.response?.headers.get("Idempotent-Replayed"), "true");
  return customer;
}

/** Show a screen's list: the newest of some customers, and how many there are. */
async function list(id: string): Promise<void> {
  const query = { ids: id, kind: "organisation", sort: "-registered_at", count: true } as const;
  const page = ok(await patron.listCustomers({ query }));
  assert.deepEqual(page.items.map((customer) => customer.name), ["华东百货"]);
  assert.deepEqual(page.total, { value: 1, exact: true });
}

/** Change what was read; a change of what somebody else has changed meanwhile is refused. */
async function change(customer_id: string): Promise<void> {
  const path = { customer_id };
  const read = await patron.readCustomer({ path });
  const headers = { "if-match": read.response?.headers.get("ETag") ?? "" };
  const changed = await patron.changeCustomer({ path, headers, body: { city: "上海" } });
  assert.equal(ok(changed).city, "上海");
  const stale = await patron.changeCustomer({ path, headers, body: { city: "苏州" } });
  assert.equal(stale.response?.status, 412);
  assert.ok(stale.error);
  assert.match(explain(stale.error), /somebody else/i);
}

/** Show what is wrong with a form beside its fields; what has a default is left out. */
async function refuse(): Promise<void> {
  const body = { name: "好".repeat(201) };
  const { error, response } = await patron.registerCustomer({ body });
  assert.equal(response?.status, 422);
  assert.ok(error);
  assert.equal(explain(error), "/name: 最多 200 个字");
}

/** Import a file of orders and wait for the end of the job. */
async function importOrders(): Promise<void> {
  const header = "order_id,ordered_at,客户,product_code,quantity,unit_price,currency";
  const line = (number: number) => `A${number},2026-10-0${number},17,WM-800,2,2599.00,CNY`;
  const file = new File([[header, line(1), line(2), line(3)].join("\n")], "orders.csv");
  const mapping = { 客户: "customer_external_id" };
  const body: patron.ImportForm = { entity: "orders", file, options: { system }, mapping };
  const { id: import_id } = ok(await patron.startImport({ body }));
  const ended = await eventually(async () => {
    const job = ok(await patron.readImport({ path: { import_id } }));
    return job.state === "queued" || job.state === "running" ? undefined : job;
  });
  assert.equal(ended.state, "succeeded");
  assert.equal(ended.created, 3);
}

/** Read the score that follows from the orders, and the orders behind it, page by page. */
async function explainScore(customer_id: string): Promise<void> {
  const path = { customer_id };
  const score = await eventually(async () => {
    const { data } = await patron.readScore({ path });
    return data?.purchase_days === 3 ? data : undefined;
  });
  assert.equal(score.customer_id, customer_id);
  const orders = new Set<string | undefined>();
  let cursor: string | null | undefined;
  do {
    const query = { limit: 2, ...(cursor && { cursor }) };
    const page = ok(await patron.explainScore({ path, query }));
    for (const { source } of page.terms.flatMap((term) => term.facts))
      if (source.type === "order") orders.add(source.external_id?.id);
    cursor = page.next;
  } while (cursor);
  assert.deepEqual([...orders].sort(), ["A1", "A2", "A3"]);
}

/** Ask with a template and submit a customer's answers. */
async function survey(): Promise<void> {
  const designed = await patron.designQuestionnaire({ body: { template: "product-quality" } });
  const { id: questionnaire_id } = ok(designed);
  ok(await patron.publishQuestionnaire({ path: { questionnaire_id } }));
  const { id: survey_id } = ok(
    await patron.designSurvey({ body: { questionnaire_id, wave: "2026" } }),
  );
  ok(await patron.publishSurvey({ path: { survey_id } }));
  const answers = {
    appearance: 5,
    stability: 4,
    performance: 5,
    safety: 5,
    durability: 4,
    ease_of_use: 4,
    bought_at: ["online"],
  };
  const body = { customer: { system, id: "17" }, answers };
  ok(await patron.submitResponse({ path: { survey_id }, body }));
}

const customer = await register();
await list(customer.id);
await change(customer.id);
await refuse();
await importOrders();
await explainScore(customer.id);
await survey();

// A front end's calls with openapi-fetch: register, list, change, import, read a score, answer.
//
//   node openapi-fetch.js http://127.0.0.1:8000 "$key"
//
// A page in a browser has no key: its own backend adds it (docs/examples/bff.py).
import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/api.js";

type Schemas = components["schemas"];
type Problem = Schemas["Problem"];

const [baseUrl, key] = process.argv.slice(2);
const api = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${key}` } });
const system = `openapi-fetch-${crypto.randomUUID()}`;

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
function textOf(fault: Schemas["Fault"]): string {
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
async function register(): Promise<Schemas["Customer"]> {
  const body: Schemas["CustomerCreate"] = {
    name: "华东百货",
    kind: "organisation",
    nature: "retailer",
    retail_format: "department_store",
    external_ids: [{ system, id: "17" }],
  };
  const params = { header: { "idempotency-key": crypto.randomUUID() } };
  const customer = ok(await api.POST("/v1/customers", { params, body }));
  const again = await api.POST("/v1/customers", { params, body });
  assert.equal(ok(again).id, customer.id);
  assert.equal(again.response.headers.get("Idempotent-Replayed"), "true");
  return customer;
}

/** Show a screen's list: the newest of some customers, and how many there are. */
async function list(id: string): Promise<void> {
  const query = { ids: id, kind: "organisation", sort: "-registered_at", count: true } as const;
  const page = ok(await api.GET("/v1/customers", { params: { query } }));
  assert.deepEqual(page.items.map((customer) => customer.name), ["华东百货"]);
  assert.deepEqual(page.total, { value: 1, exact: true });
}

/** Change what was read; a change of what somebody else has changed meanwhile is refused. */
async function change(id: string): Promise<void> {
  const path = { customer_id: id };
  const read = await api.GET("/v1/customers/{customer_id}", { params: { path } });
  const etag = read.response.headers.get("ETag") ?? "";
  const params = { path, header: { "if-match": etag } };
  const patch = (body: Schemas["CustomerUpdate"]) =>
    api.PATCH("/v1/customers/{customer_id}", { params, body });
  assert.equal(ok(await patch({ city: "上海" })).city, "上海");
  const stale = await patch({ city: "苏州" });
  assert.equal(stale.response.status, 412);
  assert.ok(stale.error);
  assert.match(explain(stale.error), /somebody else/i);
}

/** Show what is wrong with a form beside its fields; what has a default is left out. */
async function refuse(): Promise<void> {
  const body = { name: "好".repeat(201) };
  const { error, response } = await api.POST("/v1/customers", { body });
  assert.equal(response.status, 422);
  assert.ok(error);
  assert.equal(explain(error), "/name: 最多 200 个字");
}

/** Return the form of a body with a file; objects are parts in JSON. */
function asForm(body: object): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(body)) {
    form.set(name, value instanceof Blob || typeof value === "string" ? value : JSON.stringify(value));
  }
  return form;
}

/** Import a file of orders and wait for the end of the job. */
async function importOrders(): Promise<void> {
  const header = "order_id,ordered_at,客户,product_code,quantity,unit_price,currency";
  const line = (number: number) => `A${number},2026-10-0${number},17,WM-800,2,2599.00,CNY`;
  const file = new File([[header, line(1), line(2), line(3)].join("\n")], "orders.csv");
  const started = ok(
    await api.POST("/v1/imports", {
      body: {
        entity: "orders",
        file,
        options: { system },
        mapping: { 客户: "customer_external_id" },
      },
      bodySerializer: asForm,
    }),
  );
  const ended = await eventually(async () => {
    const path = { import_id: started.id };
    const job = ok(await api.GET("/v1/imports/{import_id}", { params: { path } }));
    return job.state === "queued" || job.state === "running" ? undefined : job;
  });
  assert.equal(ended.state, "succeeded");
  assert.equal(ended.created, 3);
}

/** Read the score that follows from the orders, and the orders behind it, page by page. */
async function explainScore(customer_id: string): Promise<void> {
  const path = { customer_id };
  const score = await eventually(async () => {
    const { data } = await api.GET("/v1/scores/{customer_id}", { params: { path } });
    return data?.purchase_days === 3 ? data : undefined;
  });
  assert.equal(score.customer_id, customer_id);
  const orders = new Set<string | undefined>();
  let cursor: string | null | undefined;
  do {
    const query = { limit: 2, ...(cursor && { cursor }) };
    const params = { path, query };
    const page = ok(await api.GET("/v1/scores/{customer_id}/explanation", { params }));
    for (const { source } of page.terms.flatMap((term) => term.facts))
      if (source.type === "order") orders.add(source.external_id?.id);
    cursor = page.next;
  } while (cursor);
  assert.deepEqual([...orders].sort(), ["A1", "A2", "A3"]);
}

/** Ask with a template and submit a customer's answers. */
async function survey(): Promise<void> {
  const body = { template: "product-quality" };
  const { id: questionnaire_id } = ok(await api.POST("/v1/questionnaires", { body }));
  const questionnaire = { params: { path: { questionnaire_id } } };
  ok(await api.POST("/v1/questionnaires/{questionnaire_id}/publish", questionnaire));
  const asked = { questionnaire_id, wave: "2026" };
  const { id: survey_id } = ok(await api.POST("/v1/surveys", { body: asked }));
  const params = { path: { survey_id } };
  ok(await api.POST("/v1/surveys/{survey_id}/publish", { params }));
  const answers = {
    appearance: 5,
    stability: 4,
    performance: 5,
    safety: 5,
    durability: 4,
    ease_of_use: 4,
    bought_at: ["online"],
  };
  const response = { customer: { system, id: "17" }, answers };
  ok(await api.POST("/v1/surveys/{survey_id}/responses", { params, body: response }));
}

const customer = await register();
await list(customer.id);
await change(customer.id);
await refuse();
await importOrders();
await explainScore(customer.id);
await survey();

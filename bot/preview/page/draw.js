// Draws texts with entities and rich messages. It knows no chat and sends nothing: whoever wants a pressed command
// listens for the event `command`. All content is put in with textContent and createElement, never as markup.

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") element.addEventListener("click", value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export function safeLink(address) {
  try {
    const url = new URL(address);
    return ["http:", "https:", "mailto:", "tel:", "tg:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

export function drawLink(address, ...children) {
  const href = safeLink(/^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `http://${address}`);
  if (!href) return make("span", {}, ...children);
  return make("a", { href, target: "_blank", rel: "noopener noreferrer", title: href }, ...children);
}

export const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

function formatTime(unix, format, fallback) {
  const date = new Date(unix * 1000);
  if (!format) return fallback;
  if (format === "r") return relative(unix);
  const options = {};
  if (format.includes("w")) options.weekday = "long";
  if (format.includes("d")) Object.assign(options, { day: "numeric", month: "numeric", year: "2-digit" });
  if (format.includes("D")) Object.assign(options, { day: "numeric", month: "long", year: "numeric" });
  if (/[tT]/.test(format)) Object.assign(options, { hour: "2-digit", minute: "2-digit" });
  if (format.includes("T")) options.second = "2-digit";
  return new Intl.DateTimeFormat(undefined, options).format(date);
}

function relative(unix) {
  const seconds = unix - Date.now() / 1000;
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  for (const [unit, length] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= length) return words.format(Math.round(seconds / length), unit);
  }
  return words.format(Math.round(seconds), "second");
}

function drawTime(unix, format, ...fallback) {
  const date = new Date(unix * 1000);
  const element = make("time", { datetime: date.toISOString(), title: date.toLocaleString() });
  if (format) element.textContent = formatTime(unix, format, "");
  else element.append(...fallback);
  return element;
}

function drawCommand(command) {
  const press = (event) => event.target.dispatchEvent(new CustomEvent("command", { bubbles: true, detail: command }));
  return make("button", { type: "button", class: "command", onclick: press }, command);
}

function drawSpoiler(...children) {
  const element = make("button", { type: "button", class: "spoiler", "aria-label": "Show what is hidden" }, ...children);
  element.addEventListener("click", () => {
    element.classList.add("shown");
    element.removeAttribute("aria-label");
  });
  return element;
}

// Text with entities -------------------------------------------------------------------------------------------------

const STYLES = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", marked: "mark" };
STYLES.subscript = "sub";
STYLES.superscript = "sup";
const BLOCKS = new Set(["blockquote", "expandable_blockquote", "pre"]);

export function drawText(text, entities = []) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return drawRange(text, sorted, 0, text.length);
}

function drawRange(text, entities, start, end) {
  const fragment = document.createDocumentFragment();
  let at = start;
  for (let index = 0; index < entities.length; index += 1) {
    const entity = entities[index];
    const stop = Math.min(end, entity.offset + entity.length);
    if (entity.offset < at || stop <= entity.offset) continue;
    const inside = entities.slice(index + 1).filter((other) => other.offset >= entity.offset && other.offset < stop);
    const before = text.slice(at, entity.offset);
    fragment.append(BLOCKS.has(entity.type) ? before.replace(/\n$/, "") : before);
    fragment.append(drawEntity(entity, text.slice(entity.offset, stop), drawRange(text, inside, entity.offset, stop)));
    at = stop;
    if (BLOCKS.has(entity.type) && text[at] === "\n") at += 1;
  }
  fragment.append(text.slice(at, end));
  return fragment;
}

function drawEntity(entity, raw, inside) {
  const type = entity.type;
  if (type in STYLES) return make(STYLES[type], {}, inside);
  if (type === "text_link") return drawLink(entity.url, inside);
  if (type === "url") return drawLink(raw, inside);
  if (type === "email") return drawLink(`mailto:${raw}`, inside);
  if (type === "bot_command") return drawCommand(raw);
  if (type === "spoiler") return drawSpoiler(inside);
  if (type === "pre") return make("pre", {}, make("code", {}, inside));
  if (type === "blockquote") return make("blockquote", {}, inside);
  if (type === "expandable_blockquote") return drawFolding(inside);
  if (type === "date_time") return drawTime(entity.unix_time, entity.date_time_format, inside);
  if (["mention", "hashtag", "cashtag", "text_mention"].includes(type)) return make("span", { class: "tagged" }, inside);
  return inside;
}

function drawFolding(inside) {
  const content = make("div", { class: "folded" }, inside);
  const toggle = make("button", { type: "button", class: "unfold", "aria-expanded": "false" }, "Show more");
  toggle.addEventListener("click", () => {
    const folded = content.classList.toggle("folded");
    toggle.setAttribute("aria-expanded", String(!folded));
    toggle.textContent = folded ? "Show more" : "Show less";
  });
  return make("blockquote", { class: "folding" }, content, toggle);
}

export function measure(root) {
  // What fits needs no button to unfold it; that shows only once it is laid out.
  for (const quote of root.querySelectorAll(".folding")) {
    const [content, toggle] = quote.children;
    if (content.classList.contains("folded")) toggle.hidden = content.scrollHeight <= content.clientHeight + 2;
  }
}

// Rich messages ------------------------------------------------------------------------------------------------------

function drawRichText(text) {
  if (typeof text === "string") return document.createTextNode(text);
  const fragment = document.createDocumentFragment();
  if (Array.isArray(text)) {
    fragment.append(...text.map(drawRichText));
    return fragment;
  }
  const inside = () => drawRichText(text.text ?? "");
  if (text.type in STYLES) return make(STYLES[text.type], {}, inside());
  switch (text.type) {
    case "spoiler":
      return drawSpoiler(inside());
    case "url":
      return drawLink(text.url, inside());
    case "email_address":
      return drawLink(`mailto:${text.email_address}`, inside());
    case "phone_number":
      return drawLink(`tel:${text.phone_number}`, inside());
    case "bot_command":
      return drawCommand(text.bot_command);
    case "date_time":
      return drawTime(text.unix_time, text.date_time_format, inside());
    case "custom_emoji":
      return document.createTextNode(text.alternative_text);
    case "mathematical_expression":
      return make("code", {}, text.expression);
    case "anchor":
      return make("span", { "data-anchor": text.name });
    case "anchor_link":
      return make("span", { class: "tagged" }, inside());
    default:
      return make("span", text.type === "reference" ? {} : { class: "tagged" }, inside());
  }
}

export function drawBlocks(blocks) {
  const fragment = document.createDocumentFragment();
  fragment.append(...blocks.map(drawBlock));
  return fragment;
}

function drawBlock(block) {
  const text = () => drawRichText(block.text ?? "");
  switch (block.type) {
    case "heading":
      return make(block.size <= 3 ? "h3" : block.size === 4 ? "h4" : "h5", {}, text());
    case "divider":
      return make("hr");
    case "footer":
      return make("footer", {}, text());
    case "pre":
      return make("pre", {}, make("code", {}, text()));
    case "mathematical_expression":
      return make("pre", {}, make("code", {}, block.expression));
    case "anchor":
      return make("span", { "data-anchor": block.name });
    case "list":
      return make("ul", {}, ...block.items.map(drawItem));
    case "blockquote":
      return make("blockquote", {}, drawBlocks(block.blocks), ...drawCredit(block));
    case "pullquote":
      return make("blockquote", { class: "pull" }, text(), ...drawCredit(block));
    case "details":
      return make(
        "details",
        { open: Boolean(block.is_open) },
        make("summary", {}, drawRichText(block.summary)),
        make("div", {}, drawBlocks(block.blocks)),
      );
    case "table":
      return drawTable(block);
    case "collage":
    case "slideshow":
      return make("figure", {}, drawBlocks(block.blocks), ...drawCaption(block));
    case "paragraph":
      return make("p", {}, text());
    default:
      return make("figure", {}, make("div", { class: "medium" }, block.type), ...drawCaption(block));
  }
}

function drawItem(item) {
  const label = item.has_checkbox ? (item.is_checked ? "☑" : "☐") : item.label;
  return make("li", { class: "item" }, make("span", {}, label), make("div", {}, drawBlocks(item.blocks)));
}

function drawCredit(block) {
  return block.credit ? [make("cite", {}, drawRichText(block.credit))] : [];
}

function drawCaption(block) {
  if (!block.caption) return [];
  return [make("figcaption", {}, drawRichText(block.caption.text), ...drawCredit(block.caption))];
}

function drawTable(block) {
  const names = [block.is_bordered && "bordered", block.is_striped && "striped"].filter(Boolean).join(" ");
  const rows = block.cells.map((row) => make("tr", {}, ...row.map(drawCell)));
  const caption = block.caption ? [make("caption", {}, drawRichText(block.caption))] : [];
  return make("div", { class: "scroll" }, make("table", { class: names }, ...caption, make("tbody", {}, ...rows)));
}

function drawCell(cell) {
  const attributes = { colspan: cell.colspan, rowspan: cell.rowspan, align: cell.align, valign: cell.valign };
  return make(cell.is_header ? "th" : "td", attributes, drawRichText(cell.text ?? ""));
}

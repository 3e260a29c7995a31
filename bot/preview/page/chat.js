// The chat page of the preview. It draws what the server tells and sends what the person does; it decides nothing.
// Whatever a message holds is put in with textContent and createElement, never as markup.
import { clock, drawBlocks, drawLink, drawText, make, measure, safeLink } from "./draw.js";

const key = document.querySelector('meta[name="preview-key"]').content;
const byId = (id) => document.getElementById(id);
const page = {
  chats: new Map(), // chat id → chat as the server tells it, with `messages`: message id → view
  open: null,
  me: null,
  samples: [],
  description: "",
  unread: new Set(),
  replyTo: null,
  typing: new Map(), // chat id → timer
  picked: -1,
};

// Wire ---------------------------------------------------------------------------------------------------------------

async function act(name, body) {
  const response = await fetch(`/preview/act/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Preview-Key": key },
    body: JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({ error: response.statusText }));
  if (!response.ok) throw new Error(answer.error);
  return answer.result;
}

async function attempt(name, body) {
  try {
    return await act(name, body);
  } catch (error) {
    toast(error.message.replace(/^\d+ (Bad Request: )?/, ""));
    return null;
  }
}

async function load() {
  const response = await fetch("/preview/state?open=1", { headers: { "X-Preview-Key": key } });
  if (!response.ok) throw new Error(`the preview answered ${response.status}`);
  const state = await response.json();
  page.me = state.me;
  page.samples = state.samples;
  page.description = state.description;
  byId("notice").textContent = state.notice;
  byId("notice").hidden = !state.notice;
  page.chats = new Map(
    state.chats.filter((chat) => !chat.migrated_to).map((chat) => [
      chat.chat.id,
      { ...chat, messages: new Map(chat.messages.map((view) => [view.message.message_id, view])) },
    ]),
  );
  if (!page.chats.has(page.open)) page.open = page.chats.keys().next().value;
  drawChats();
  drawChat();
  return state;
}

function listen(last, start) {
  const events = new EventSource(`/preview/events?key=${encodeURIComponent(key)}&after=${last}&start=${start}`);
  events.onopen = () => setStatus();
  events.onmessage = (event) => happened(JSON.parse(event.data));
  events.addEventListener("reload", () => location.reload());
  events.onerror = () => {
    setStatus("connecting…");
    if (events.readyState === EventSource.CLOSED) awaitServer();
  };
}

function awaitServer() {
  // The server was started anew with another key: the page comes back as soon as there is one to be had.
  setTimeout(async () => {
    const found = await fetch("/", { cache: "no-store" }).then((response) => response.ok, () => false);
    if (found) location.reload();
    else awaitServer();
  }, 1500);
}

async function happened(deed) {
  const chat = page.chats.get(deed.chat_id);
  if (deed.kind === "menu" || deed.kind === "chat" || (deed.message && !chat)) {
    await load();
  } else if (deed.kind === "typing") {
    showTyping(deed.chat_id);
  } else if (deed.kind === "toast") {
    for (const button of document.querySelectorAll('.buttons [aria-busy="true"]')) button.removeAttribute("aria-busy");
    if (deed.detail.text) (deed.detail.show_alert ? alert : toast)(deed.detail.text);
    if (deed.detail.url) window.open(safeLink(deed.detail.url), "_blank", "noopener");
  } else if (deed.message) {
    keep(chat, deed);
  }
}

function keep(chat, deed) {
  if (deed.message.deleted) chat.messages.delete(deed.message_id);
  else chat.messages.set(deed.message_id, deed.message);
  if (deed.by_bot && deed.kind === "sent") hideTyping(deed.chat_id);
  if (deed.chat_id !== page.open) {
    if (deed.kind === "sent") page.unread.add(deed.chat_id);
    drawChats();
    return;
  }
  const list = byId("messages");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 120;
  const old = document.getElementById(`message-${deed.message_id}`);
  if (deed.message.deleted) old?.remove();
  else if (old) old.replaceWith(drawMessage(chat, deed.message));
  else {
    list.querySelector(".welcome")?.remove();
    list.append(drawMessage(chat, deed.message));
    list.append(...list.querySelectorAll(".typing"));
  }
  measure(list);
  if (deed.kind === "sent" && (atEnd || !deed.by_bot)) scrollToEnd();
  if (deed.kind === "sent" && typeof deed.message.asks === "string") answer(deed.message.message, deed.message.asks);
  drawChats();
}

let toastTimer;
function toast(text) {
  const element = byId("toast");
  element.textContent = text;
  element.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (element.hidden = true), 4000);
}

// Messages -----------------------------------------------------------------------------------------------------------

function serviceText(message) {
  const name = message.from?.first_name ?? "Somebody";
  if (message.new_chat_members) return `${name} added ${message.new_chat_members.map((u) => u.first_name).join(", ")}`;
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return "The group became a supergroup";
  if (message.forum_topic_created) return `Topic “${message.forum_topic_created.name}” was opened`;
  return null;
}

function originName(origin) {
  return (
    origin.chat?.title ?? origin.sender_chat?.title ?? origin.sender_user?.first_name ?? origin.sender_user_name ?? "?"
  );
}

function drawMessage(chat, view) {
  const { message } = view;
  const id = `message-${message.message_id}`;
  const service = serviceText(message);
  if (service) return make("li", { id, class: "service" }, service);
  const mine = !view.by_bot && (message.from?.id === chat.user_id || !message.from);
  const bubble = make("div", { class: "bubble" });
  if (chat.chat.type !== "private" && !mine) bubble.append(make("p", { class: "sender" }, message.from?.first_name ?? ""));
  if (message.forward_origin) {
    const name = make("strong", {}, originName(message.forward_origin));
    bubble.append(make("p", { class: "origin" }, "Forwarded from ", name));
  }
  if (message.reply_to_message) bubble.append(drawAnswered(message.reply_to_message));
  bubble.append(...drawMedia(message), drawWords(message, mine), drawMeta(message, mine));
  const item = make("li", { id, class: mine ? "message mine" : "message" }, bubble);
  const rows = message.reply_markup?.inline_keyboard;
  if (rows) item.append(make("div", { class: "buttons" }, ...rows.map((row) => drawButtons(message, row))));
  return item;
}

function drawAnswered(message) {
  const name = make("strong", {}, message.from?.first_name ?? message.chat.title ?? "");
  return make("div", { class: "answered" }, name, make("span", {}, firstWords(message)));
}

function firstWords(message) {
  const words = message.text ?? message.caption ?? message.document?.file_name ?? (message.photo ? "Photo" : "Message");
  return words.slice(0, 90);
}

function drawMedia(message) {
  const address = (file) => `/preview/file/${encodeURIComponent(file.file_id)}?key=${encodeURIComponent(key)}`;
  if (message.photo) {
    const size = message.photo[message.photo.length - 1];
    const alt = message.caption ? "" : "Picture";
    return [make("img", { src: address(size), alt, width: size.width, height: size.height, loading: "lazy" })];
  }
  if (message.document) {
    const { file_name: name, file_size: bytes } = message.document;
    const size = bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1000))} kB`;
    const icon = make("span", { "aria-hidden": "true" }, (name.split(".").pop() || "file").slice(0, 4));
    const label = make("span", {}, name, make("small", {}, size));
    return [make("a", { class: "document", href: address(message.document), download: name }, icon, label)];
  }
  return [];
}

function drawWords(message, mine) {
  if (message.rich_message) {
    const direction = message.rich_message.is_rtl ? "rtl" : "auto";
    return make("div", { class: "rich", dir: direction }, drawBlocks(message.rich_message.blocks));
  }
  const text = message.text ?? message.caption ?? "";
  const words = make("div", { class: "text", dir: "auto" }, drawText(text, message.entities ?? message.caption_entities));
  if (!mine || text.length < 900) return words;
  words.classList.add("clamped");
  const unfold = make("button", { type: "button", class: "unfold", "aria-expanded": "false" }, "Show all");
  unfold.addEventListener("click", () => {
    words.classList.remove("clamped");
    unfold.remove();
  });
  return make("div", {}, words, unfold);
}

function drawMeta(message, mine) {
  const date = new Date(message.date * 1000);
  const time = make("time", { datetime: date.toISOString(), title: date.toLocaleString() }, clock.format(date));
  const reply = make("button", { type: "button", onclick: () => answer(message) }, "Reply");
  return make("p", { class: "meta" }, mine ? "" : reply, message.edit_date ? "edited" : "", time);
}

function drawButtons(message, row) {
  return make("div", {}, ...row.map((button) => drawButton(message, button)));
}

function drawButton(message, button) {
  const style = button.style ?? "";
  if (button.url) {
    const link = drawLink(button.url, `${button.text} ↗`);
    link.className = style;
    return link;
  }
  const element = make("button", { type: "button", class: style }, button.text);
  element.addEventListener("click", () => press(message, button, element));
  return element;
}

async function press(message, button, element) {
  if (button.copy_text) {
    await navigator.clipboard.writeText(button.copy_text.text);
    toast("Copied");
  } else if (button.callback_data) {
    element.setAttribute("aria-busy", "true");
    const body = { chat_id: message.chat.id, message_id: message.message_id, button: button.callback_data };
    if ((await attempt("press", body)) === null) element.removeAttribute("aria-busy");
    setTimeout(() => element.removeAttribute("aria-busy"), 10000);
  } else {
    const query = button.switch_inline_query_current_chat ?? button.switch_inline_query;
    if (query === undefined) toast("This button works in Telegram only");
    else fill(`@${page.me.username} ${query}`);
  }
}

// Chats --------------------------------------------------------------------------------------------------------------

function chatTitle(chat) {
  return chat.chat.type === "private" ? page.me.first_name : chat.chat.title;
}

function drawChats() {
  const buttons = [...page.chats.values()].map((chat) => {
    const id = chat.chat.id;
    const last = [...chat.messages.values()].pop();
    const preview = last ? serviceText(last.message) ?? last.text.slice(0, 60) : "No messages yet";
    const group = chat.chat.type !== "private";
    const avatar = make("span", { class: group ? "avatar group" : "avatar", "aria-hidden": "true" }, chatTitle(chat)[0]);
    const button = make(
      "button",
      { type: "button", "aria-current": String(id === page.open), onclick: () => openChat(id) },
      avatar,
      make("span", {}, chatTitle(chat), make("small", {}, preview)),
    );
    button.classList.toggle("unread", page.unread.has(id));
    return button;
  });
  byId("chats").replaceChildren(...buttons);
}

function openChat(id) {
  page.open = id;
  page.unread.delete(id);
  answer(null);
  drawChats();
  drawChat();
  byId("text").focus();
}

function drawChat() {
  const chat = page.chats.get(page.open);
  if (!chat) return;
  const group = chat.chat.type !== "private";
  byId("title").textContent = chatTitle(chat);
  byId("avatar").textContent = chatTitle(chat)[0];
  byId("avatar").classList.toggle("group", group);
  byId("block").hidden = group;
  byId("block").textContent = chat.present ? "Block" : "Unblock";
  setStatus();
  const list = byId("messages");
  list.replaceChildren(...[...chat.messages.values()].map((view) => drawMessage(chat, view)));
  if (!chat.messages.size && !group) list.append(drawWelcome());
  measure(list);
  scrollToEnd();
}

function drawWelcome() {
  const text = page.description || "Forward an article, or ask what happened today.";
  const start = make("button", { type: "button", onclick: () => say("/start") }, "Start");
  return make("li", { class: "welcome" }, make("p", {}, text), start);
}

function setStatus(text) {
  const chat = page.chats.get(page.open);
  const status = byId("status");
  const typing = page.typing.has(page.open);
  const group = chat && chat.chat.type !== "private";
  const usual = group ? "group · the bot hears commands and replies to it" : "bot";
  status.textContent = text ?? (typing ? "typing…" : chat && !chat.present ? "blocked by you" : usual);
  status.classList.toggle("busy", typing && !text);
}

function showTyping(chatId) {
  hideTyping(chatId);
  page.typing.set(chatId, setTimeout(() => hideTyping(chatId), 5000));
  if (chatId !== page.open) return;
  const dots = make("div", { class: "bubble" }, make("i"), make("i"), make("i"));
  byId("messages").append(make("li", { class: "message typing", "aria-hidden": "true" }, dots));
  setStatus();
  scrollToEnd();
}

function hideTyping(chatId) {
  clearTimeout(page.typing.get(chatId));
  page.typing.delete(chatId);
  if (chatId !== page.open) return;
  for (const dots of document.querySelectorAll(".typing")) dots.remove();
  setStatus();
}

function scrollToEnd() {
  const list = byId("messages");
  list.scrollTop = list.scrollHeight;
}

// Writing ------------------------------------------------------------------------------------------------------------

function say(text) {
  const body = { chat_id: page.open, text };
  if (page.replyTo) body.reply_to = page.replyTo;
  answer(null);
  return attempt("send_text", body);
}

function answer(message, placeholder = "") {
  page.replyTo = message?.message_id ?? null;
  byId("text").placeholder = placeholder || "Message";
  byId("answering").hidden = !message;
  byId("answered").textContent = message ? firstWords(message) : "";
  if (message) byId("text").focus();
}

function fill(text) {
  const field = byId("text");
  field.value = text;
  field.focus();
  grow();
}

function grow() {
  const field = byId("text");
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}

async function sendFile(file) {
  const data = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
  const body = { chat_id: page.open, data, name: file.name, mime: file.type, caption: byId("text").value.trim() };
  const picture = ["image/png", "image/jpeg", "image/gif", "image/webp"].includes(file.type);
  if ((await attempt(picture ? "send_photo" : "send_document", body)) !== null) fill("");
}

function commandsFor(prefix) {
  const commands = page.chats.get(page.open)?.commands ?? [];
  return commands.filter(({ command }) => command.startsWith(prefix));
}

function showPalette(prefix) {
  const palette = byId("palette");
  const commands = commandsFor(prefix);
  page.picked = -1;
  closeDrawer();
  palette.hidden = !commands.length;
  byId("menu").setAttribute("aria-expanded", String(!palette.hidden));
  palette.replaceChildren(
    ...commands.map(({ command, description }) => {
      const choose = () => {
        hidePalette();
        fill("");
        say(`/${command}`);
      };
      const name = make("strong", {}, `/${command}`);
      const attributes = { type: "button", role: "option", "aria-selected": "false", onclick: choose };
      return make("button", attributes, name, make("span", {}, description));
    }),
  );
}

function hidePalette() {
  byId("palette").hidden = true;
  byId("menu").setAttribute("aria-expanded", "false");
  page.picked = -1;
}

function pick(step) {
  const options = [...byId("palette").children];
  if (!options.length) return;
  page.picked = (page.picked + step + options.length) % options.length;
  options.forEach((option, index) => option.setAttribute("aria-selected", String(index === page.picked)));
  options[page.picked].scrollIntoView({ block: "nearest" });
}

function closeDrawer() {
  byId("drawer").hidden = true;
  byId("attach").setAttribute("aria-expanded", "false");
}

function drawSamples() {
  const items = page.samples.map((sample, index) => {
    const forward = () => {
      byId("samples").close();
      attempt("forward_sample", { chat_id: page.open, sample: index });
    };
    const paste = () => {
      byId("samples").close();
      attempt("send_text", { chat_id: page.open, text: `${sample.title}\n\n${sample.text}` });
    };
    const main = make("button", { type: "button", onclick: forward }, make("strong", {}, sample.title));
    main.append(make("small", {}, sample.outlet));
    const other = make("button", { type: "button", class: "quiet", onclick: paste }, "Paste");
    other.setAttribute("aria-label", `Paste the text of “${sample.title}”`);
    return make("li", {}, main, other);
  });
  byId("sample-list").replaceChildren(...(items.length ? items : [make("li", {}, "There are no samples here.")]));
}

// Events -------------------------------------------------------------------------------------------------------------

byId("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = byId("text").value.trim();
  if (!text) return;
  hidePalette();
  fill("");
  if ((await say(text)) === null) fill(text);
});

byId("text").addEventListener("input", () => {
  grow();
  const typed = /^\/(\w*)$/.exec(byId("text").value);
  if (typed) showPalette(typed[1].toLowerCase());
  else hidePalette();
});

byId("text").addEventListener("keydown", (event) => {
  const open = !byId("palette").hidden;
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (open && page.picked >= 0) byId("palette").children[page.picked].click();
    else byId("composer").requestSubmit();
  } else if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    pick(event.key === "ArrowDown" ? 1 : -1);
  } else if (open && event.key === "Tab" && byId("palette").children.length) {
    event.preventDefault();
    fill(`${byId("palette").children[Math.max(0, page.picked)].firstChild.textContent} `);
    hidePalette();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  hidePalette();
  closeDrawer();
  answer(null);
});

document.addEventListener("command", (event) => say(event.detail));

document.addEventListener("click", (event) => {
  if (!event.target.closest("#composer")) {
    hidePalette();
    closeDrawer();
  }
});

byId("menu").addEventListener("click", () => {
  if (byId("palette").hidden) showPalette("");
  else hidePalette();
});

byId("attach").addEventListener("click", () => {
  hidePalette();
  byId("drawer").hidden = !byId("drawer").hidden;
  byId("attach").setAttribute("aria-expanded", String(!byId("drawer").hidden));
});

byId("open-samples").addEventListener("click", () => {
  closeDrawer();
  drawSamples();
  byId("samples").showModal();
});

byId("close-samples").addEventListener("click", () => byId("samples").close());

byId("open-file").addEventListener("click", () => {
  closeDrawer();
  byId("file").click();
});

byId("file").addEventListener("change", async () => {
  const [file] = byId("file").files;
  byId("file").value = "";
  if (file) await sendFile(file);
});

byId("cancel-answer").addEventListener("click", () => answer(null));

byId("add-group").addEventListener("click", async () => {
  const you = [...page.chats.values()].find((chat) => chat.chat.type === "private");
  const body = { title: `Group ${page.chats.size}`, admins: you ? [you.user_id] : [] };
  const id = await attempt("add_group", body);
  if (id === null) return;
  page.open = id;
  await load();
});

byId("block").addEventListener("click", () => {
  const chat = page.chats.get(page.open);
  attempt(chat.present ? "block" : "unblock", { chat_id: page.open });
});

load().then(
  (state) => listen(state.last, state.start),
  () => {
    setStatus("connecting…");
    awaitServer();
  },
);

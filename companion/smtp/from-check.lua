-- Runs in the signing OpenDKIM for each message, before a key is chosen: every address in From and Sender must be one
-- that the login may send as (the same map as the envelope sender's). RFC 5322 3.4 is parsed strictly; what is not plain
-- (groups, comments, quoted local parts, literals, several From fields) is refused, never guessed at.

if ctx == nil then return nil end

local POSTMAP = "{{postmap}}"
local login = odkim.get_mtasymbol(ctx, "{auth_authen}")
if login == nil or login == "" then return nil end -- not submitted by a user: written by this node itself
login = string.lower(login)

-- The words for the client are Postfix's (reject-footers): at this stage OpenDKIM takes none.
local function refuse(why)
  odkim.log(ctx, "refused for " .. login .. ": " .. why)
  odkim.set_result(ctx, SMFIS_REJECT)
end

local function wait(why)
  odkim.log(ctx, why)
  odkim.set_result(ctx, SMFIS_TEMPFAIL)
end

local LOCAL = "^[%w!#$&'*+=?^_`{}~.-]+$"
local DOMAIN = "^[%w._-]+$"

-- An addr-spec in its plain form (RFC 5322 3.4.1: dot-atom both sides), in lower case; nil for any other text.
local function plain_address(text)
  local localpart, domain = string.match(text, "^([^@]*)@([^@]*)$")
  if localpart == nil or not string.match(localpart, LOCAL) or not string.match(domain, DOMAIN) then return nil end
  if string.match(localpart, "^[.-]") or string.match(localpart, "%.$") or string.find(localpart, "..", 1, true) then
    return nil
  end
  if string.match(domain, "^[.-]") or string.match(domain, "[.-]$") or string.find(domain, "..", 1, true) then
    return nil
  end
  return string.lower(text)
end

local function trim(text)
  return (string.gsub(string.gsub(text, "^%s+", ""), "%s+$", ""))
end

-- Display names: atoms, encoded words and quoted strings, nothing with syntax in it.
local function plain_phrase(text)
  local outside = string.gsub(text, '"[^"\\]*"', " ")
  return not string.find(outside, '[()<>@,;:\\"%[%]]')
end

-- Cuts at the commas that stand outside of quotes; nil where quotes are not closed or hold a backslash before a quote.
local function cut(text)
  local items, start, quoted = {}, 1, false
  local i = 1
  while i <= #text do
    local c = string.sub(text, i, i)
    if quoted and c == "\\" then
      return nil
    elseif c == '"' then
      quoted = not quoted
    elseif c == "," and not quoted then
      items[#items + 1] = string.sub(text, start, i - 1)
      start = i + 1
    end
    i = i + 1
  end
  if quoted then return nil end
  items[#items + 1] = string.sub(text, start)
  return items
end

-- The addresses of a mailbox-list; nil for what is not one in the forms served here.
local function addresses(text)
  if #text > 4096 or string.find(text, "%z") then return nil end
  text = string.gsub(text, "[\r\n\t]", " ")
  if string.find(text, "%c") then return nil end
  local items = cut(text)
  if items == nil or #items > 10 then return nil end
  local found = {}
  for _, item in ipairs(items) do
    item = trim(item)
    local phrase, inside = string.match(item, "^(.-)<([^<>]*)>$")
    local address
    if inside == nil then
      address = plain_address(item)
    elseif plain_phrase(phrase) then
      address = plain_address(inside)
    end
    if address == nil then return nil end
    found[#found + 1] = address
  end
  return found
end

local fields = {}
for _, name in ipairs({ "From", "Sender" }) do
  local value = odkim.get_header(ctx, name, 0)
  if value ~= nil then
    if odkim.get_header(ctx, name, 1) ~= nil then
      refuse("more than one " .. name .. " field")
      return nil
    end
    local list = addresses(value)
    if list == nil or (name == "Sender" and #list ~= 1) then
      refuse("the " .. name .. " field is not in a form that is accepted here")
      return nil
    end
    for _, address in ipairs(list) do fields[#fields + 1] = { name = name, address = address } end
  elseif name == "From" then
    refuse("no From field")
    return nil
  end
end

-- Which keys answer for an address, first match decides: as Postfix looks senders up.
local function keys(address)
  local localpart, domain = string.match(address, "^(.*)@(.*)$")
  local list = { address }
  local base = string.match(localpart, "^([^+]+)%+")
  if base ~= nil then list[#list + 1] = base .. "@" .. domain end
  list[#list + 1] = "@" .. domain
  return list
end

-- In single quotes nothing but the quote itself means anything to the shell; plain_address has let through no control
-- characters and no white space.
local function shell(text)
  return "'" .. string.gsub(text, "'", "'\\''") .. "'"
end

local asked = {}
for _, field in ipairs(fields) do
  for _, key in ipairs(keys(field.address)) do asked[#asked + 1] = shell(key) end
end

local owners = {}
local pipe = io.popen("printf '%s\\n' " .. table.concat(asked, " ") .. " | " .. POSTMAP .. " 2>&1; echo status $?", "r")
if pipe == nil then
  wait("the senders cannot be looked up now")
  return nil
end
local status = nil
for line in pipe:lines() do
  local key, value = string.match(line, "^([^\t]+)\t(.*)$")
  if key ~= nil then
    owners[key] = "," .. string.gsub(string.lower(value), "%s", "") .. ","
  else
    status = string.match(line, "^status (%d+)$")
    if status == nil then break end
  end
end
pipe:close()
-- 0: some key found; 1: none found, and nothing was printed beside it.
if status ~= "0" and status ~= "1" then
  wait("the senders cannot be looked up now")
  return nil
end

for _, field in ipairs(fields) do
  local mine = false
  for _, key in ipairs(keys(field.address)) do
    if owners[key] ~= nil then
      mine = string.find(owners[key], "," .. login .. ",", 1, true) ~= nil
      break
    end
  end
  if not mine then
    refuse("the address in " .. field.name .. " is not yours to send as")
    return nil
  end
end
return nil

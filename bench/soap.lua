-- The mix of calls that wrk sends: as often as told, whichever password an account has by now, every answer counted.
-- The calls stand in a file named by BENCH_CALLS: on each line an operation, the account and the path of an envelope
-- in which @PASSWORD@ and @NUMBER@ are to be filled in.

local calls, passwords, statuses = {}, {}, {}
local changing, next_call, number = nil, 0, 0

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

local function around(text, mark)
  local from, to = text:find(mark, 1, true)
  if not from then return text, nil end
  return text:sub(1, from - 1), text:sub(to + 1)
end

function setup(thread) counted = thread end

function init()
  for line in io.lines(os.getenv("BENCH_PASSWORDS")) do
    local account, password = line:match("(%S+) (%S+)")
    passwords[account] = password
  end
  for line in io.lines(os.getenv("BENCH_CALLS")) do
    local operation, account, path = line:match("(%S+) (%S+) (%S+)")
    local before, rest = around(read(path), "@PASSWORD@")
    local middle, after = around(rest, "@NUMBER@")
    calls[#calls + 1] = { operation = operation, account = account, before = before, middle = middle, after = after }
  end
  -- Numbers of orders are new in each run.
  number = tonumber(os.getenv("BENCH_FIRST_NUMBER"))
  -- Whoever goes on with the passwords of the file must find them right.
  if os.getenv("BENCH_KEEPS_PASSWORDS") then changing = "nobody" end
  told = ""
end

function request()
  local call
  repeat
    next_call = next_call % #calls + 1
    call = calls[next_call]
    -- One change of a password at a time: an answer does not say which call it is for.
  until not (call.operation == "ChangePassword" and changing)
  local body = call.before .. passwords[call.account] .. call.middle
  if call.after then
    number = number + 1
    body = body .. string.format("%08d", number) .. call.after
  end
  if call.operation == "ChangePassword" then changing = call.account end
  local action = '"http://www.dcsf.gov.uk/open/webservices/ots/' .. call.operation .. '"'
  return wrk.format("POST", "/Service.asmx", { ["Content-Type"] = "text/xml; charset=utf-8", SOAPAction = action }, body)
end

function response(status, _, body)
  statuses[status] = (statuses[status] or 0) + 1
  local password = passwords[changing or ""] and body:match("ChangePasswordResult>([^<]+)<")
  if password then
    passwords[changing] = password
    changing = nil
  end
  local words = {}
  for known, times in pairs(statuses) do words[#words + 1] = string.format('"%d": %d', known, times) end
  told = "{" .. table.concat(words, ", ") .. "}"
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"statuses": %s, "microseconds": %d, "p99": %d, "broken": %d}',
    counted:get("told"), summary.duration, latency:percentile(99), errors.connect + errors.read + errors.write + errors.timeout
  ))
end

// Reads the code from the address's fragment (which is never sent by itself), asks the county, shows the answer.
// Everything is set as text, never as markup. ES5, for old phones.
(function () {
  "use strict";
  var words = document.body.dataset;
  var problems = {
    "receipt.truncated": words.truncated, "receipt.not_one": words.notOne, "receipt.signature": words.signature,
    "receipt.unknown_terminal": words.unknown
  };

  function element(id) { return document.getElementById(id); }
  function put(id, text) { element(id).textContent = text; }
  function verdict(kind, text, second) {
    element("verdict").className = "box " + kind;
    put("verdict", text);
    put("where", second || "");
  }

  // County time is China's, whatever the phone is set to.
  function local(utc, verified) {
    var time = new Date(Date.parse(utc) + 8 * 3600 * 1000);
    function two(number) { return (number < 10 ? "0" : "") + number; }
    if (isNaN(time)) { return ""; }
    return time.getUTCFullYear() + "年" + (time.getUTCMonth() + 1) + "月" + time.getUTCDate() + "日 " +
      two(time.getUTCHours()) + ":" + two(time.getUTCMinutes()) + (verified ? "" : words.clock);
  }

  // YYYY-MM-DD as the day by which it is done.
  function by(day) {
    var parts = day.split("-");
    return words.by.replace("MONTH", String(Number(parts[1]))).replace("DAY", String(Number(parts[2])));
  }

  function show(answer) {
    element("again").hidden = true;
    if (!answer.intact) {
      verdict("bad", words.notIntact, problems[answer.problem] || words.other);
      return;
    }
    verdict(answer.here ? "good" : "wait", words.intact, answer.here ? words.here + "：" + answer.title : words.notHere);
    put("number", answer.number);
    put("at", local(answer.at, answer.clock_verified));
    put("terminal", answer.terminal);
    put("mark", answer.mark);
    element("facts").hidden = false;
    var list = element("cases");
    list.textContent = "";
    answer.cases.forEach(function (each) {
      var row = document.createElement("li");
      var title = document.createElement("b");
      var state = document.createElement("span");
      var small = document.createElement("small");
      title.textContent = each.title;
      state.textContent = each.state_text;
      state.className = "state " + each.state;
      small.textContent = each.department + (each.by ? "　" + by(each.by) : "");
      row.appendChild(title);
      row.appendChild(state);
      row.appendChild(small);
      list.appendChild(row);
    });
    element("progress").hidden = answer.cases.length === 0;
  }

  function noLine() {
    verdict("wait", words.noLine);
    element("again").hidden = false;
  }

  function ask() {
    element("facts").hidden = element("progress").hidden = element("again").hidden = true;
    var code = window.location.hash.replace(/^#/, "");
    if (!code) {
      verdict("wait", words.noCode);
      return;
    }
    verdict("", words.asking);
    var request = new XMLHttpRequest();
    request.open("POST", "/v1/receipts/check");
    request.setRequestHeader("Content-Type", "application/json");
    request.timeout = 20000;
    request.onload = function () {
      if (request.status !== 200) { noLine(); return; }
      try { show(JSON.parse(request.responseText)); } catch (error) { noLine(); }
    };
    request.onerror = request.ontimeout = noLine;
    request.send(JSON.stringify({v: 1, code: code}));
  }

  element("again").addEventListener("click", ask);
  window.addEventListener("hashchange", ask);
  ask();
}());

"""The verbs of `gateway`. What they print is for county staff and for other programs (--json)."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from config.settings import SettingsError
from gateway import county as counties
from gateway.county import County
from gateway.dates import Today
from gateway.faces import SAID
from gateway.schema import NewerSchema
from gateway.settings import load, state_folder
from gateway.store import Case, Held, Store
from wire.envelope import decode_envelope, unseal_envelope
from wire.errors import WireError
from wire.messages import CaseState, Message
from wire.receipt import show_number
from wire.seal import unseal_page

Verb = Callable[[argparse.Namespace, County], int]


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    os.umask(0o077)  # whatever a verb writes (papers, keys, the store) is for its owner only
    try:
        settings = load(options.config)
        folder = state_folder(options.state, settings)
        if options.verb == "init" or (options.verb == "serve" and options.init):
            county = counties.make(folder, settings)
        else:
            county = counties.load(folder, settings)
        status: int = options.run(options, county)
    except (SettingsError, counties.NotMade, NewerSchema, WireError) as error:
        print(f"gateway: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gateway", description="The county's end of village terminals.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, run: Verb, text: str) -> argparse.ArgumentParser:
        each = verbs.add_parser(name, help=text, description=text)
        each.add_argument("--config", type=Path, metavar="FILE", help="settings (TOML)")
        each.add_argument("--state", metavar="DIR", help="state folder (environment: GATEWAY_STATE)")
        each.add_argument("--json", action="store_true", help="machine-readable output")
        each.set_defaults(run=run)
        return each

    serve = verb("serve", _serve, "Run the county's service.")
    serve.add_argument("--host", help="address to listen on (instead of the settings')")
    serve.add_argument("--port", type=int, help="port to listen on; 0: any free one, which is printed")
    serve.add_argument("--init", action="store_true", help="make the county first if there is none")
    verb("init", _init, "Make a county: keys and an empty store. Keys that are there are kept.")
    verb("cases", _cases, "Every application that was taken in.")
    opened = verb("open", _open, "One application, unsealed with the county's key.")
    opened.add_argument("application", help="the application's id")
    opened.add_argument("--out", type=Path, metavar="DIR", help="write its pages there as well")
    messages = verb("messages", _messages, "Everything that was taken in: ratings, complaints, help calls too.")
    messages.add_argument("--kind", help="only these")
    messages.add_argument("--about", help="only what speaks of this application")
    enrol = verb("enrol", _enrol, "A one-time token with which a terminal enrols.")
    enrol.add_argument("terminal", help="the terminal's name, e.g. 示例-山背-01")
    verb("terminals", _terminals, "The terminals that are enrolled.")
    anchors = verb("anchors", _anchors, "Heads of terminals' audit trails, for `kiosk audit verify --anchor`.")
    anchors.add_argument("terminal", nargs="?", help="only this one's")
    revoke = verb("revoke", _revoke, "Take nothing more from a terminal (stolen, scrapped).")
    revoke.add_argument("number", help="its four digits")
    state = verb("state", _state, "Move a case to a state; its terminal is told.")
    state.add_argument("case", help="the case's 43-character number")
    state.add_argument("state_name", choices=[each.value for each in CaseState], metavar="STATE",
                       help=", ".join(CaseState))  # fmt: skip
    state.add_argument("--why", default="window", help="a word for the history")
    compare = verb("compare", _compare, "Write down what a clerk saw: the person's picture and their card's.")
    compare.add_argument("application", help="the application's id")
    compare.add_argument("said", choices=SAID, help="the same person, another one, or nobody can say")
    publish = verb("publish", _publish, "Tell all terminals of a new catalogue or new settings.")
    publish.add_argument("--catalogue", type=Path, metavar="BUNDLE",
                         help="what `kiosk catalogue pack` made; signed here, if nobody has signed it")  # fmt: skip
    publish.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting; may come often")
    publish.add_argument("--unset", action="append", default=[], metavar="KEY", help="a setting no longer the county's")
    courier = verb("courier", _courier, "Take in what a courier's stick brings; lay the acknowledgements beside it.")
    courier.add_argument("stick", type=Path, metavar="DIR", help="where the stick is mounted")
    verb("rotate", _rotate, "New county keys. What was sealed to the old ones still opens.")
    return parser


def _print(options: argparse.Namespace, value: object, lines: Sequence[str]) -> int:
    if options.json:
        print(json.dumps(value, ensure_ascii=False, indent=2))
    else:
        print("\n".join(lines))
    return 0


def _serve(options: argparse.Namespace, county: County) -> int:
    from gateway.server import serve  # aiohttp is loaded only where HTTP is done

    listen = county.settings.listen
    host = options.host or listen.host
    port = listen.port if options.port is None else options.port
    return serve(county, host, port)


def _init(options: argparse.Namespace, county: County) -> int:
    public = county.public
    value = {
        "state": str(county.folder), "county": public.name, "seal_key": public.seal[0].id,
        "recipient": public.seal[0].recipient, "sign_key": public.verify[0].id,
    }  # fmt: skip
    return _print(options, value, [f"{name}: {text}" for name, text in value.items()])


def _cases(options: argparse.Namespace, county: County) -> int:
    store = county.store()
    today = county.asked()
    rows = [_case_row(store, held, today) for held in store.messages("application")]
    lines = [
        f"{row['received_at']}  {row['receipt']}  {row['case']}  {row['state']:<16} {row['title']}  ({row['terminal']})"
        f"  {row['application']}"
        for row in rows
    ]
    return _print(options, rows, lines or ["-"])


def _case_row(store: Store, held: Held, today: Today) -> dict[str, object]:
    parent, *items = store.cases(held.id)
    return {
        "application": held.id,
        "terminal": held.terminal,
        "digest": held.digest,
        "state": parent.state,
        "received_at": held.received_at,
        "receipt": show_number(held.receipt),
        "sequence": held.sequence,
        "case": parent.number,
        "matter": parent.item_id,
        "title": parent.title,
        "days": parent.days,
        **_dates(parent, store, today),
        "compared": _compared(store, held.id),
        "items": [
            {
                "item": each.item_id, "case": each.number, "title": each.title, "department": each.department,
                "state": each.state, "at": each.at, "days": each.days, **_dates(each, store, today),
            }
            for each in items
        ],
    }  # fmt: skip


def _compared(store: Store, application: str) -> str | None:
    """What a clerk found of the person's picture; "" while nobody has looked, None where none came."""
    if not store.faces(application):
        return None
    found = store.compared(application)
    return found.said if found is not None else ""


def _dates(case: Case, store: Store, today: Today) -> dict[str, object]:
    """Acceptance and the last day of the limit, None while they are not known."""
    of = today.of(case, store)
    return {
        "accepted": of.accepted.isoformat() if of.accepted else None, "by": of.by.isoformat() if of.by else None,
        "late": of.late,
    }  # fmt: skip


def _unseal(county: County, held: Held) -> tuple[Message, dict[str, object]]:
    envelope = decode_envelope(held.envelope)
    message, text = unseal_envelope(envelope, county.keys)
    found: dict[str, object] = json.loads(text)
    return message, found


def _open(options: argparse.Namespace, county: County) -> int:
    store = county.store()
    held = store.message(options.application)
    if held is None:
        print(f"gateway: no application {options.application}", file=sys.stderr)
        return 1
    message, found = _unseal(county, held)
    pages: list[str] = []
    if options.out is not None:
        envelope = decode_envelope(held.envelope)
        options.out.mkdir(parents=True, exist_ok=True)
        for place, page in enumerate(message.pages, 1):
            apart = page.kind != "paper"  # a picture of the person: in a folder of its own, and not for ever
            if apart and county.files.size(page.sealed) is None:
                continue
            plain = unseal_page(county.files.read(page.sealed), page, county.keys, envelope.key, envelope.suite)
            folder = options.out / "person" if apart else options.out
            folder.mkdir(exist_ok=True)
            path = folder / f"{place:02d}-{page.sha256[:16]}{_ending(plain)}"
            path.write_bytes(plain)
            pages.append(str(path))
    # The receipt's secret is the holder's; nobody at the window needs it.
    found.pop("secret", None)
    found["receipt"] = show_number(held.receipt)
    found["received_at"] = held.received_at
    if options.out is not None:
        found["page_files"] = pages
    print(json.dumps(found, ensure_ascii=False, indent=2))
    return 0


def _ending(data: bytes) -> str:
    for start, ending in ((b"\xff\xd8\xff", ".jpg"), (b"\x89PNG", ".png"), (b"RIFF", ".webp"), (b"%PDF", ".pdf")):
        if data.startswith(start):
            return ending
    return ".bin"


def _messages(options: argparse.Namespace, county: County) -> int:
    rows = []
    for held in county.store().messages(options.kind, options.about):
        _, found = _unseal(county, held)
        found.pop("secret", None)
        rows.append({"kind": held.kind, "received_at": held.received_at, "sequence": held.sequence, "message": found})
    return _print(options, rows, [f"{row['received_at']}  {row['kind']}" for row in rows] or ["-"])


def _enrol(options: argparse.Namespace, county: County) -> int:
    token, number = counties.new_token(county, county.store(), options.terminal)
    value = {"terminal": options.terminal, "number": number, "token": token}
    return _print(options, value, [token])


def _terminals(options: argparse.Namespace, county: County) -> int:
    rows = [
        {"number": each.number, "terminal": each.terminal, "key": each.kid, "revoked_at": each.revoked_at}
        for each in county.store().terminals()
    ]
    return _print(options, rows, [f"{row['number']}  {row['terminal']}  {row['revoked_at']}" for row in rows] or ["-"])


def _anchors(options: argparse.Namespace, county: County) -> int:
    rows = [
        {"terminal": terminal, "anchor": f"{number}-{digest}", "at": at}
        for terminal, number, digest, at in county.store().anchors(options.terminal)
    ]
    return _print(options, rows, [f"{row['at']}  {row['terminal']}  {row['anchor']}" for row in rows] or ["-"])


def _revoke(options: argparse.Namespace, county: County) -> int:
    if not county.store().revoke(options.number, county.now()):
        print(f"gateway: no enrolled terminal {options.number}", file=sys.stderr)
        return 1
    return 0


def _state(options: argparse.Namespace, county: County) -> int:
    if not county.store().set_state(options.case, CaseState(options.state_name), county.now(), options.why):
        print("gateway: no such case", file=sys.stderr)
        return 1
    done = {"case": options.case, "state": options.state_name, "why": options.why}
    return _print(options, done, [f"case {options.case} is now {options.state_name}; its terminal will be told"])


def _compare(options: argparse.Namespace, county: County) -> int:
    if not county.store().compare(options.application, options.said, county.now()):
        print("gateway: no picture of a person came with this application", file=sys.stderr)
        return 1
    done = {"application": options.application, "compared": options.said}
    return _print(options, done, [f"written down: {options.said}"])


def _publish(options: argparse.Namespace, county: County) -> int:
    store = county.store()
    done: dict[str, object] = {}
    if options.catalogue is not None:
        try:
            bundle, version = counties.take_bundle(county, store, options.catalogue.read_bytes())
        except OSError as error:
            print(f"gateway: {options.catalogue}: {error.strerror}", file=sys.stderr)
            return 1
        except WireError as error:
            print(f"gateway: {options.catalogue}: {error.text}", file=sys.stderr)
            return 1
        done["catalogue"] = counties.publish_catalogue(county, store, bundle, version)
        done["version"] = version
    if options.set or options.unset:
        values: dict[str, str | int | bool] = {}
        for pair in options.set:
            key, equals, value = pair.partition("=")
            if not key or not equals:
                print("gateway: --set wants KEY=VALUE", file=sys.stderr)
                return 2
            values[key] = {"true": True, "false": False}.get(value, int(value) if value.isdecimal() else value)
        done["settings"] = counties.publish_settings(county, store, values, options.unset)
    if not done:
        print("gateway: name a --catalogue, a --set or an --unset", file=sys.stderr)
        return 2
    return _print(options, done, [f"{name}: {value}" for name, value in done.items()])


def _courier(options: argparse.Namespace, county: County) -> int:
    from gateway.courier import lay_catalogue, take_in

    try:
        brought = take_in(county, county.store(), options.stick)
        carried = lay_catalogue(county.store(), options.stick)
    except OSError as error:
        print(f"gateway: {options.stick}: {error.strerror}", file=sys.stderr)
        return 1
    value = {
        "catalogue": carried, "taken": list(brought.taken), "again": list(brought.again),
        "refused": [{"record": each.record, "code": each.code} for each in brought.refused],
    }  # fmt: skip
    lines = [f"taken: {len(brought.taken)}   here already: {len(brought.again)}"]
    lines += [f"refused: {each.record}  {each.code}" for each in brought.refused]
    return _print(options, value, lines) or int(bool(brought.refused))


def _rotate(options: argparse.Namespace, county: County) -> int:
    return _init(options, counties.rotate(county, county.store()))

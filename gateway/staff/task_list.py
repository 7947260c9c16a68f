"""What needs a person, in words: what it is about by its name, what to do, and where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from gateway.domain.labels import Target
from gateway.domain.money import Money
from gateway.labels import parting
from gateway.settings import Settings
from gateway.staff import (
    held,
    refusals,
    retired_sheets,
    showing,
    texts,
    texts_of_adoption,
    texts_of_backups,
    texts_of_files,
    texts_of_health,
    texts_of_holds,
    texts_of_notices,
    texts_of_opening,
    texts_of_prices,
    texts_of_retired,
    texts_of_shelves,
    texts_of_shopify,
    wave_list,
)
from gateway.staff.explaining import Reader
from gateway.staff.held import HoldBox
from gateway.staff.naming import Naming
from gateway.staff.task_line import TaskLine
from gateway.store import proof_at, stopped, waves
from gateway.store.database import Connection
from gateway.store.people import Role
from gateway.store.tasks import Task
from gateway.web.words import Text
from gateway.wording import languages, money


class TaskLines:
    """Puts open tasks into words; for one read transaction."""

    def __init__(
        self, connection: Connection, reader: Reader, settings: Settings, role: Role
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._settings = settings
        self._shop = settings.shop
        self._role = role
        self._names = Naming(connection, reader, settings.shop)
        self._kinds: Mapping[str, Callable[[Task], TaskLine]] = {
            "refused_row": self._refused_row,
            "label_rules": self._rules,
            "text_left_out": self._left_out,
            "retired_label_heard": self._heard_again,
            parting.LEFT_HANGING: self._hangs,
            "template_broken": self._template_broken,
            "certificate_broken": self._certificate_broken,
            "hold": self._held,
            "refused_file": self._refused_file,
            "too_many_labels": self._too_many_labels,
            "false_prior_price": self._false_prior,
            "shopify": self._shopify,
            "time_not_trusted": self._time,
            "proof_broken": self._proof_broken,
            "price_withdrawn": self._withdrawn,
            **dict.fromkeys(stopped.TASKS.values(), self._stopped),
            "backup_overdue": self._backup_overdue,
            "backup_failed": self._backup_failed,
            "notice_failed": self._notice_failed,
            "opening_check": self._opening,
            **dict.fromkeys(texts_of_health.COMPLAINTS, self._health),
            **dict.fromkeys(texts_of_shelves.COMPLAINTS, self._shelf),
        }

    def line(self, task: Task) -> TaskLine:
        """One task in words; a kind that has none of its own is named as it is."""
        said = self._kinds.get(task.kind, self._other)(task)
        return replace(said, at=showing.when(task.opened_at, self._reader))

    def _refused_row(self, task: Task) -> TaskLine:
        return TaskLine(
            tone="attention",
            title=self._say(texts.TASK_REFUSED, what=self._names.row(task.key)),
            why=refusals.in_words(task.detail, self._reader.language),
            advice=self._say(texts.TASK_REFUSED_ADVICE),
            detail=_detail(task),
        )

    def _rules(self, task: Task) -> TaskLine:
        without_price = bool(task.detail.get("without_price"))
        why = texts.TASK_RULES_WITHOUT_PRICE if without_price else texts.TASK_RULES_PLAINER
        return TaskLine(
            tone="trouble" if without_price else "attention",
            title=self._say(texts.TASK_RULES, what=self._names.label(task.key)),
            why=self._say(why),
            advice=self._say(texts.TASK_RULES_ADVICE),
            detail="; ".join(map(str, task.detail.get("broken", ())))[:300],
            href=f"/labels/{task.key}",
        )

    def _heard_again(self, task: Task) -> TaskLine:
        by = str(task.detail.get("by", ""))
        return TaskLine(
            tone="attention",
            title=self._say(texts_of_adoption.TASK_HEARD_AGAIN, label=task.key),
            why=self._say(texts_of_adoption.TASK_HEARD_AGAIN_WHY, name=by),
            advice=self._say(texts_of_adoption.TASK_HEARD_AGAIN_ADVICE),
            href="/new-labels",
        )

    def _hangs(self, task: Task) -> TaskLine:
        sight = proof_at.sight(self._connection, task.key, self._reader.now)
        shows = retired_sheets.shown(sight, self._reader)
        detail = {name: str(task.detail.get(name) or "") for name in ("alias", "code", "by")}
        name = detail["alias"] or detail["code"] or task.key
        return TaskLine(
            tone="attention",
            title=self._say(texts_of_retired.TASK_HANGS, label=name, shows=shows),
            why=self._say(texts_of_retired.TASK_HANGS_WHY, name=detail["by"]),
            advice=self._say(texts_of_retired.TASK_HANGS_ADVICE),
            href=f"/labels/{task.key}",
        )

    def _left_out(self, task: Task) -> TaskLine:
        kind, _, key = task.key.partition("/")
        return TaskLine(
            tone="attention",
            title=self._say(
                texts.TASK_LEFT_OUT, what=self._names.name(kind, key.partition("?")[0])
            ),
            why=self._say(texts.TASK_LEFT_OUT_WHY),
            advice=self._say(texts.TASK_LEFT_OUT_ADVICE),
            detail=_detail(task),
        )

    def _template_broken(self, task: Task) -> TaskLine:
        return TaskLine(
            tone="attention",
            title=self._say(texts.TASK_TEMPLATE_BROKEN, what=task.key),
            why=self._say(texts.TASK_TEMPLATE_BROKEN_WHY),
            advice=self._say(texts.TASK_TEMPLATE_BROKEN_ADVICE),
            detail=_detail(task),
        )

    def _certificate_broken(self, task: Task) -> TaskLine:
        return TaskLine(
            tone="attention",
            title=self._say(texts.TASK_CERTIFICATE),
            why=self._say(texts.TASK_CERTIFICATE_WHY),
            advice=self._say(texts.TASK_CERTIFICATE_ADVICE),
            detail=_detail(task),
        )

    def _withdrawn(self, task: Task) -> TaskLine:
        said = {name: str(task.detail.get(name, "")) for name in ("by", "reason")}
        return TaskLine(
            tone="attention",
            title=self._say(
                texts_of_prices.TASK_WITHDRAWN, what=self._names.article(Target(product=task.key))
            ),
            why=self._say(texts_of_prices.TASK_WITHDRAWN_WHY, **said),
            advice=self._say(texts_of_prices.TASK_WITHDRAWN_ADVICE),
            href=f"/labels?q={task.key}",
        )

    def _proof_broken(self, task: Task) -> TaskLine:
        return TaskLine(
            tone="trouble",
            title=self._say(texts.TASK_PROOF_BROKEN, what=self._names.label(task.key)),
            why=self._say(texts.TASK_PROOF_BROKEN_WHY, row=str(task.detail.get("row", "?"))),
            advice=self._say(texts.TASK_PROOF_BROKEN_ADVICE),
            detail=_detail(task),
            href=f"/labels/{task.key}",
        )

    def _too_many_labels(self, task: Task) -> TaskLine:
        return TaskLine(
            tone="trouble",
            title=self._say(texts.TASK_TOO_MANY_LABELS),
            advice=self._say(texts.TASK_TOO_MANY_LABELS_ADVICE),
            detail=_detail(task),
            href="/labels",
        )

    def _false_prior(self, task: Task) -> TaskLine:
        """What is claimed, and what was in force."""
        detail = task.detail
        locale = languages.locale(self._reader.language, self._shop.country)
        claimed, lowest = (
            money.format_money(
                Money(amount=Decimal(detail[name]), currency=detail["currency"]), locale
            )
            for name in ("claimed", "lowest")
        )
        article = self._names.article(Target(product=task.key))
        return TaskLine(
            tone="attention",
            title=self._say(texts.TASK_FALSE_PRIOR, what=article),
            why=self._say(texts.TASK_FALSE_PRIOR_WHY, claimed=claimed, lowest=lowest),
            advice=self._say(texts.TASK_FALSE_PRIOR_ADVICE),
        )

    def _held(self, task: Task) -> TaskLine:
        found = held.box(
            self._connection,
            int(task.key),
            self._role,
            self._reader,
            self._settings,
            self._names.name,
        )
        if found is None:
            raise AssertionError("a task of a hold ends with it")
        return self._of_box(found)

    def pile(self, source: str) -> TaskLine | None:
        """One line for the many odd prices of a source; None while they are few."""
        found = held.pile(
            self._connection, source, self._role, self._reader, self._settings, self._names.name
        )
        if found is None:
            return None
        advice = self._say(texts_of_holds.HOLD_ADVICE_MANY) if found.may else found.advice
        return self._of_box(replace(found, advice=advice))

    @staticmethod
    def _of_box(found: HoldBox) -> TaskLine:
        return TaskLine(
            tone="attention",
            title=found.title,
            why=found.why,
            advice=found.advice,
            href=found.path,
            hold=found,
        )

    def _stopped(self, task: Task) -> TaskLine:
        """Its labels show what they should not: of how many that is the price, and a way out."""
        wave = waves.get(self._connection, int(task.key))
        if wave is None:
            return self._other(task)
        said = wave_list.task(wave, task.detail, self._role, self._reader)
        return TaskLine(
            tone=said.tone,
            title=said.title,
            why=said.why,
            advice=said.advice,
            href=f"/labels?state={said.facet.value}",
            buttons=said.buttons,
        )

    def _shopify(self, task: Task) -> TaskLine:
        trouble = texts_of_shopify.TROUBLES.get(task.key)
        if trouble is None:
            return self._other(task)
        return TaskLine(
            tone=trouble.tone,
            title=self._say(trouble.title),
            why=self._say(trouble.why),
            advice=self._say(trouble.advice),
            detail=_detail(task),
        )

    def _refused_file(self, task: Task) -> TaskLine:
        file = str(task.detail.get("file", task.key))[:200]
        return TaskLine(
            tone="attention",
            title=self._say(texts.TASK_REFUSED_FILE, file=file),
            why=texts_of_files.why(task.detail, self._reader.language),
            advice=self._say(texts.TASK_REFUSED_FILE_ADVICE),
            detail=_detail(task),
        )

    def _time(self, task: Task) -> TaskLine:
        return TaskLine(
            tone="trouble",
            title=self._say(texts.TASK_TIME),
            why=self._say(texts.TASK_TIME_WHY),
            advice=self._say(texts.TASK_TIME_ADVICE),
            detail=_detail(task),
        )

    def _backup_overdue(self, task: Task) -> TaskLine:
        is_clerk = self._role is Role.CLERK
        advice = texts_of_backups.TASK_BACKUP_OVERDUE_ADVICE
        return TaskLine(
            tone="attention",
            title=self._say(texts_of_backups.TASK_BACKUP_OVERDUE),
            why=self._say(texts_of_backups.TASK_BACKUP_OVERDUE_WHY),
            advice=self._say(texts_of_backups.TASK_BACKUP_OVERDUE_CLERK if is_clerk else advice),
            detail=_detail(task),
            href=None if is_clerk else "/backups",
        )

    def _notice_failed(self, task: Task) -> TaskLine:
        code, language = str(task.detail.get("trouble")), self._reader.language
        return TaskLine(
            tone="attention",
            title=self._say(texts_of_notices.TASK_NOTICE_FAILED, what=task.key),
            why=texts_of_notices.why(code, language),
            advice=self._say(texts_of_notices.TASK_NOTICE_FAILED_ADVICE),
            href=None if self._role is Role.CLERK else "/notices",
        )

    def _opening(self, task: Task) -> TaskLine:
        wrong, labels = (self._reader.count(task.detail[name]) for name in ("wrong", "labels"))
        return TaskLine(
            tone="attention",
            title=self._say(texts_of_opening.TASK_OPENING, count=wrong, total=labels),
            why=self._say(texts_of_opening.TASK_OPENING_WHY),
            advice=self._say(texts_of_opening.TASK_OPENING_ADVICE),
            href=f"/opening-checks/{task.detail['check']}",
        )

    def _backup_failed(self, task: Task) -> TaskLine:
        return TaskLine(
            tone="attention",
            title=self._say(texts_of_backups.TASK_BACKUP_FAILED),
            why=self._say(texts_of_backups.TASK_BACKUP_FAILED_WHY),
            advice=self._say(texts_of_backups.TASK_BACKUP_FAILED_ADVICE),
            detail=_detail(task),
        )

    def _health(self, task: Task) -> TaskLine:
        said = texts_of_health.COMPLAINTS[task.kind]
        count = self._reader.count(int(task.detail.get("count", 1)))
        is_way = task.kind == "way_silent"
        what = (task.key.partition("/")[2] or task.key) if is_way else self._names.label(task.key)
        title = said.one if task.key else said.many
        return TaskLine(
            tone=said.tone,
            title=self._say(title, what=what, count=count),
            advice=self._say(said.advice, count=count),
            href=f"/labels/{task.key}" if task.key and not is_way else "/labels",
        )

    def _shelf(self, task: Task) -> TaskLine:
        said = texts_of_shelves.COMPLAINTS[task.kind]
        where = str(task.detail.get("place") or task.key)
        product = task.detail.get("product")
        if product:
            name = self._names.name("product", str(product))
            where = self._say(texts_of_shelves.OF_PRODUCT, product=name, where=where)
        return TaskLine(
            tone=said.tone,
            title=self._say(said.title, where=where),
            advice=self._say(said.advice),
        )

    def _other(self, task: Task) -> TaskLine:
        title = self._say(texts.TASK_OTHER, what=f"{task.kind} {task.key}")
        return TaskLine(tone="attention", title=title, detail=_detail(task))

    def _say(self, text: Text, **facts: str) -> str:
        return text.say(self._reader.language, **facts)


def _detail(task: Task) -> str:
    """The line for technicians."""
    return str(task.detail.get("message", ""))[:300]

"""The documents of a window: opened, made, recovered, saved, closed, and given to another window."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli_diff import text
from app.compare_window import CompareWindow
from app.file_guard import digest, read_whole
from app.page import Page
from app.titles import proper_title
from app.words import tr
from engine.arrangement import placed
from engine.difference import difference
from engine.errors import GradwireError
from engine.files.recovery import Recovered
from engine.graph import Content

if TYPE_CHECKING:
    from app.window import Window


def _untitled() -> Iterator[str]:
    """Yield what new documents are called, one after the other."""
    yield proper_title(None)
    yield from (f"{proper_title(None)} {k}" for k in count(2))


class Documents:
    """The part of a Window that knows its documents. One of them is the current one, also behind the start page."""

    document_pages: list[Page]
    page: Page

    def new(self: Window) -> None:
        """Show an empty document in a tab of its own."""
        if self.editing or not self.page.blank:
            titles = {page.session.title for page in self.family.pages()}
            name = next(name for name in _untitled() if name not in titles)
            page = self.add_page(Page(self.library, engine=self.engine, data=self.data))
            page.session.adopt(Content(), None, clean=True, name=name)
        self.show_document()

    def open_dialog(self: Window) -> None:
        """Ask for a file and open it."""
        path = self._prompts.open_file(self, self._folder())
        if path is not None:
            self.open(path)

    def open(self: Window, path: Path) -> bool:
        """Show a file: in its tab where it is open already, else in a new one. A file that cannot be read is told and
        changes nothing."""
        refused = self.try_open(path)
        if refused:
            self._tell(refused)
        return not refused

    def try_open(self: Window, path: Path, *, recent: bool = True) -> str:
        """Show a file, as `open` does; return "", or the sentence that says why it cannot be read. `recent` puts it
        first among the recent files."""
        already = self.family.page_of(path)
        if already is not None:
            self.family.window_of(already).bring_forward(already)
            return ""
        try:
            content, seen = read_whole(path)
        except GradwireError as refused:
            return refused.sentence
        self.show_content(content, path, seen=seen)
        if recent and not self.is_sample:
            self.family.change(lambda settings: settings.with_recent(path))
        if self._untold:
            self._untold = False
            self.session.message.emit(tr("Unsaved work from an earlier session was found: the start page offers it."))
        return ""

    def show_content(
        self: Window,
        content: Content,
        path: Path | None,
        *,
        clean: bool = True,
        name: str = "",
        seen: str | None = None,
    ) -> None:
        """Show a document in a tab of its own; an untouched empty one gives its place. `seen` is the digest of its
        file."""
        page = self.page if self.page.blank else self.add_page(Page(self.library, engine=self.engine, data=self.data))
        page.session.adopt(content, path, clean=clean, name=name)
        page.guard.begin(path if path is not None and not page.is_sample else None, seen)
        self.show_document()

    def recover(self: Window, found: Recovered) -> None:
        """Take over work that was not saved; its journal goes once it is in ours."""
        self.show_content(found.content, found.path, clean=False, seen=found.seen)
        found.discard()
        note = "" if found.complete else " The end of the journal was damaged: the last edits may be missing."
        edits = "1 unsaved edit" if found.edits == 1 else f"{found.edits:,} unsaved edits"
        self.session.message.emit(f"Recovered {edits}.{note}")

    def _discard_recovery(self: Window, found: Recovered) -> None:
        found.discard()
        self.show_start()

    @property
    def is_sample(self: Window) -> bool:
        """Whether the current document is one of the bundled samples, which are never written over."""
        return self.page.is_sample

    # Saving ------------------------------------------------------------------------------------------------------

    def save(self: Window) -> bool:
        """Save, asking where only if there is no file yet (or it is a sample); return whether it was saved."""
        if self.session.path is None or self.is_sample or self.page.lessons.protects:
            return self.save_as()
        return self._save_to(self.session.path)

    def save_as(self: Window) -> bool:
        """Ask where to save, and save there."""
        name = self.session.path.name if self.session.path else "untitled.dgraph"
        if self.page.lessons.protects:
            name = f"my_{name}"
        folder = self._folder() if os.access(self._folder(), os.W_OK) else Path.home()
        path = self._prompts.save_file(self, folder / name)
        return path is not None and self._save_to(path)

    def _save_to(self: Window, path: Path) -> bool:
        other = self.family.page_of(path)
        if other is not None and other is not self.page:
            self._tell(f"{path.name} is open in another tab: close it there first, or choose another name.")
            return False
        page = self.page
        with page.guard.saving(path):
            unseen = page.guard.unseen(path)
            refused = "" if unseen else self._written(path)
        if unseen:
            return self._settle_with_file(path)
        if refused:
            return self._prompts.not_saved(self, refused) and self.save_as()
        self.family.change(lambda settings: settings.with_recent(path))
        return True

    def _written(self: Window, path: Path) -> str:
        """Write the current document to a file; return "", or the sentence that says why that cannot be."""
        try:
            self.session.save(path)
        except GradwireError as refused:
            return refused.sentence
        self.page.guard.begin(path, digest(path))
        return ""

    def _settle_with_file(self: Window, path: Path) -> bool:
        """The file was changed by others since we have read it: show how, and do what the person wants."""
        answer = self._prompts.changed_on_disk(self, path.name, self._differences(path))
        if answer == "overwrite":
            self.page.guard.accept()
            return self._save_to(path)
        if answer == "save_as":
            return self.save_as()
        if answer == "reload":
            self.reload()
        return False

    def _differences(self: Window, path: Path) -> list[str]:
        """Return what saving would change in the file, line by line."""
        try:
            there = read_whole(path)[0]
            here = self.session.content
            found = difference(there, here, self.library)
            return list(text(found, there, here)) or ["Nothing but where things stand on the canvas."]
        except GradwireError as refused:
            return [refused.sentence]

    def reload(self: Window) -> bool:
        """Show the current document as its file holds it now; what was not saved here is gone. A file that cannot be
        read is told and changes nothing."""
        path = self.session.path
        if path is None:
            return False
        try:
            content, seen = read_whole(path)
        except GradwireError as refused:
            self._tell(refused.sentence)
            return False
        self.session.adopt(content, path, clean=True)
        self.page.guard.begin(path, seen)
        self.session.message.emit(f"{path.name} as it is on the disk.")
        return True

    def fulfil(self: Window, wish: str) -> None:
        """Do what the notice about the current document's file offers."""
        wishes = {"save": self.save, "save_as": self.save_as, "reload": self.reload, "compare": self.compare_with_file}
        wishes[wish]()

    def _folder(self: Window) -> Path:
        path = self.session.path
        if path is not None and not self.is_sample:
            return path.parent
        return Path(self.settings.recent[0]).parent if self.settings.recent else Path.home()

    def _may_leave(self: Window, page: Page) -> bool:
        """Return whether a document may go, after asking about unsaved changes with it in sight."""
        if page.session.clean:
            return True
        self.show_page(page)
        answer = self._prompts.unsaved(self, page.session.title)
        if answer == "discard":
            page.session.discard()
        return answer == "discard" or (answer == "save" and self.save())

    # Comparing ----------------------------------------------------------------------------------------------------

    def compare_dialog(self: Window) -> None:
        """Ask for a file and show how the current document differs from it."""
        path = self._prompts.open_file(self, self._folder())
        if path is not None:
            self.compare_with(path)

    def compare_with_file(self: Window) -> None:
        """Show how the current document differs from its file as that is on the disk."""
        if self.session.path is not None:
            self.compare_with(self.session.path)

    def compare_with(self: Window, path: Path) -> CompareWindow | None:
        """Show how the current document differs from a file; a file that cannot be read is told."""
        try:
            there = read_whole(path)[0]
        except GradwireError as refused:
            self._tell(refused.sentence)
            return None
        own = path == self.session.path
        shown = CompareWindow(self.library, self)
        names = (f"{path.name} on the disk", f"{path.name} in the window") if own else (path.name, self.session.title)
        shown.show_graphs((names[0], placed(there, self.library)), (names[1], self.session.content))
        shown.show()
        shown.raise_()
        shown.activateWindow()
        return shown

    # Tabs ---------------------------------------------------------------------------------------------------------

    def close_page(self: Window, page: Page | None = None) -> bool:
        """Close a document (the current one), after asking about unsaved changes; return whether it is gone."""
        page = page or self.page
        if not self._may_leave(page):
            return False
        last = len(self.document_pages) == 1
        if last:
            self.add_page(Page(self.library, engine=self.engine, data=self.data))
        self.take_page(page)
        page.end()
        if last:
            self.show_start()
        return True

    def close_pages(self: Window, pages: list[Page]) -> bool:
        """Close several documents, each after asking; stop at the first that is kept."""
        return all(self.close_page(page) for page in pages)

    def step_page(self: Window, by: int) -> None:
        """Show the next (+1) or the previous (-1) document; the last is followed by the first."""
        pages = self.document_pages
        self.show_page(pages[(pages.index(self.page) + by) % len(pages)] if self.editing else self.page)

    def move_page(self: Window, page: Page | None = None, to: Window | None = None) -> Window:
        """Give a document (the current one) to another window, or to a new one; return that window."""
        page = page or self.page
        target = to or self.another()
        empty = [each for each in target.document_pages if each.blank]
        if len(self.document_pages) == 1:
            self.add_page(Page(self.library, engine=self.engine, data=self.data))
            self.show_start()
        self.take_page(page)
        target.add_page(page)
        for each in empty:
            target.take_page(each)
            each.end()
        target.show()
        target.bring_forward(page)
        return target

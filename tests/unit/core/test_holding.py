from unit.builders import NOON

from promotion.core.holding import Guard, Hold

FIRST = Hold(by="ada", reason="Looking into it.", since=NOON)
SECOND = Hold(by="bob", reason="Me too.", since=NOON)


def test_coming_twice_is_being_there_once():
    assert Guard().come("a").come("b").come("a").present == ("b", "a")


def test_whoever_leaves_is_not_there_and_does_not_deliver():
    there = Guard().come("a").begin("a", "taxi-7").come("b")
    assert there.leave("a") == Guard().come("b")


def test_a_second_hold_does_not_hide_the_reason_of_the_first():
    assert Guard().held(FIRST).held(SECOND).hold == FIRST


def test_resuming_lets_go_of_the_hold_and_forgets_nobody():
    there = Guard().come("a").held(FIRST).resumed()
    assert (there.hold, there.present) == (None, ("a",))


def test_every_change_has_a_number_because_messages_may_come_in_another_order():
    assert Guard().held(FIRST).resumed().held(SECOND).changes == 3


def test_nobody_begins_where_it_is_held():
    assert Guard().come("a").held(FIRST).begin("a", "taxi-7").delivering == {}

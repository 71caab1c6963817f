"""The same on PostgreSQL, where several workers may send at the same time."""

from datetime import timedelta
from threading import Thread

from tests.reminders.house import START
from tests.reminders.test_items import asks_it, link_of, opened, pair

DAY = timedelta(days=1)


def test_two_workers_who_send_at_once_send_each_form_once(furnished_database, new_house):
    house = new_house(database=furnished_database("reminders"))
    for _ in range(4):
        house.couple()
    house.run("plan")
    while len(house.prompts()) < 4:
        house.clock.at += timedelta(hours=12)
        house.run("plan")
    house.clock.at = max(prompt.due_at for prompt in house.prompts())

    workers = [Thread(target=house.run, args=["send"]) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    sent = [letter["message_id"] for letter in house.letters()]
    assert len(sent) == len(set(sent)) >= 1


def test_a_form_goes_out_and_comes_back(furnished_database, new_house):
    house = new_house(database=furnished_database("reminders"))
    _, [person_id, _] = house.couple()
    house.pass_time(START + 7 * DAY, at_least=timedelta(hours=2))
    [letter] = house.letters(person_id)
    house.clock.at = letter["at"]
    member = house.member()

    started = member.post(house.path_of(letter))
    answer = member.post("/reminders/form", {"Q01": "5"})

    assert (started.status_code, answer.status_code) == (303, 200)
    assert house.member().get(house.path_of(letter)).status_code == 410


def test_what_was_ended_a_moment_ago_is_not_asked_though_no_worker_has_heard_of_it(
    furnished_database, new_house
):
    house = new_house(database=furnished_database("reminders"))
    person_id, _ = pair(house)
    house.permit_items(person_id)
    path = link_of(house, person_id)
    _, before = opened(house, path)

    house.permit_items(person_id, permitted=False)
    _, after = opened(house, path)

    assert (asks_it(before), asks_it(after)) == (True, False)

"""The words of the invented network: names, places, and what people in it say and try.

Nobody here is a real person. Names are not paired by any idea of who belongs with whom.
"""

CLINICS = (
    ("Harbour Street Practice", "Europe/Lisbon", "Harbour"),
    ("Mill Lane Rooms", "Europe/Helsinki", "Mill Lane"),
    ("Orchard House", "America/Halifax", "Orchard"),
    ("The Lantern", "Europe/Dublin", "Lantern"),
    ("Riverside Rooms", "Europe/Berlin", "Riverside"),
    ("North Quay", "Europe/Oslo", "North Quay"),
    ("Almond Court", "Europe/Madrid", "Almond"),
    ("Saltmarsh Practice", "Europe/Amsterdam", "Saltmarsh"),
    ("Hilltop Rooms", "Asia/Kolkata", "Hilltop"),
    ("Station Road", "Europe/Warsaw", "Station Road"),
    ("Cedar Practice", "America/Toronto", "Cedar"),
    ("Little Bridge", "Pacific/Auckland", "Bridge"),
)
"""Name, time zone, and the neutral word that messages begin with; three are told in full."""

NAMES = (
    *("Ada", "Aki", "Alexis", "Amal", "Anan", "Andrea", "Ari", "Asa", "Ash", "Avery"),
    *("Bao", "Billie", "Blake", "Bo", "Cai", "Cameron", "Charlie", "Chi", "Dana", "Dara"),
    *("Darya", "Devin", "Dilan", "Eden", "Eli", "Elif", "Emre", "Esen", "Farah", "Fen"),
    *("Finley", "Gael", "Hana", "Harper", "Hikaru", "Ife", "Imani", "Indra", "Iris", "Isa"),
    *("Itzel", "Jamie", "Jannik", "Jin", "Jo", "Jules", "Jun", "Kai", "Kamala", "Karim"),
    *("Kim", "Kiran", "Koko", "Lane", "Lee", "Leila", "Lior", "Lou", "Luca", "Mara"),
    *("Marin", "Mika", "Milan", "Mina", "Moa", "Nadia", "Nana", "Neri", "Niko", "Nima"),
    *("Noa", "Noor", "Nuri", "Odell", "Olu", "Oren", "Oya", "Parker", "Pax", "Quinn"),
    *("Rafa", "Rain", "Reese", "Remy", "Ren", "Rio", "Robin", "Rowan", "Rumi", "Sacha"),
    *("Sami", "Sanne", "Sena", "Shai", "Shan", "Sima", "Sky", "Sol", "Suda", "Tal"),
    *("Tamar", "Tao", "Taylor", "Teo", "Thandi", "Toni", "Uma", "Umut", "Val", "Wen"),
    *("Wren", "Yael", "Yan", "Yuki", "Zain", "Zia", "Zola", "Zuri"),
)

LANGUAGES = ("en", "en", "en", "es", "en", "ar", "es", "en", "ar", "en", "es", "en", "ar", "en")
"""Those in which there are words for members; nothing is sent in any other."""
PRONOUNS = (None, None, None, None, "they/them", "she/her", "he/him", "no pronouns, please")

BEHAVIOUR = (
    "Put the phones in the hall at dinner on three evenings.",
    "Asked once, and left it there when the answer was not now.",
    "Said out loud when the day had been too long to talk.",
    "Took the early shift with the children twice.",
    "Wrote a note in the morning instead of raising it at night.",
    "Began the talk about money with a question.",
    "Went for a walk alone when it got loud, and said when they would be back.",
    "Sat down for the ten minutes on Sunday, both weeks.",
)
IMPACT = (
    "It felt easier to stay in the room.",
    "Felt listened to, and a little surprised by it.",
    "Was tired and glad not to have to explain.",
    "Noticed less waiting for the other to begin.",
    "Still tense on Monday; lighter by Wednesday.",
    "It helped to know when the talk would end.",
    "Was unsure whether it counted, and liked it anyway.",
    "Felt further away than in the week before, and could say so.",
)
WISH = (
    "Would like one evening a week without plans.",
    "Would like to be asked before the weekend is decided.",
    "Would like the mornings to stay quiet.",
    "Would like to talk about moving, with time for it.",
    "Would like affection that does not have to lead anywhere.",
    "Would like to hear what went well, too.",
    "Would like help with the evenings that are hardest.",
    "Would like to keep Saturday mornings for themselves.",
)
NEXT_STEP = (
    "Picks one evening, and says which.",
    "Tries the ten minutes on Sunday again.",
    "Brings two questions for the talk about wishes.",
    "Says “pause” earlier than last time.",
    "Makes the list of fixed costs, for both to read.",
    "Leaves it as it is for two weeks.",
    "Asks the neighbour about the Thursday afternoon.",
    "Writes down their own part first, alone.",
)
SEPARATING = (
    "Said that living apart from the spring on feels right, calmly and without blame.",
    "Agreed on who tells the children what, and when.",
    "Went through the rooms together and wrote down what goes where.",
    "Thanked the other for the last years.",
)
REASON = "The day was noted wrongly."
HELP = "If it is urgent, call your local emergency number. The practice answers on weekdays."
